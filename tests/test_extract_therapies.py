"""Therapies: when each began and ended, as far as the records say."""

from decimal import Decimal

import pytest
from fhir_records import NOTHING, amount, concept, on, reasons, statement, timeline

from rules.timeline import Course, Therapy
from service.fhir.records import MedicationRecord

IMATINIB = concept("RXN:282388 imatinib")


def order(**fields: object) -> MedicationRecord:
    whole = {"intent": "order", "start": None, "authored": on("2026-04-08"), **fields}
    return statement(
        IMATINIB, reference="MedicationRequest/m", resource_type="MedicationRequest", **whole
    )


def dose(**fields: object) -> MedicationRecord:
    return statement(
        IMATINIB,
        reference="MedicationAdministration/m",
        resource_type="MedicationAdministration",
        **{"status": "completed", **fields},
    )


def therapy(record: MedicationRecord) -> Therapy:
    (found,) = timeline(record).therapies
    return found


@pytest.mark.parametrize(
    ("status", "end", "ongoing", "paused"),
    [
        ("active", None, True, False),
        ("active", "2026-05-01", False, False),
        ("on-hold", None, True, True),
        ("completed", None, False, False),
        ("stopped", "2026-05-01", False, False),
        ("unknown", None, False, False),
    ],
)
def test_a_statement_is_ongoing_while_active_without_an_end(
    status: str, end: str | None, ongoing: bool, paused: bool
) -> None:
    found = therapy(statement(IMATINIB, status=status, end=on(end)))
    assert (found.ongoing, found.paused, found.end) == (ongoing, paused, on(end))
    assert (found.course, found.start) == (Course.STATEMENT, on("2026-04-06"))


def test_a_statement_without_dates_is_undated_at_both_ends() -> None:
    found = therapy(statement(IMATINIB, start=None))
    assert (found.start, found.end, found.ongoing) == (None, None, True)


def test_an_order_starts_on_the_day_it_was_written() -> None:
    found = therapy(order())
    assert (found.course, found.start, found.ongoing) == (Course.ORDER, on("2026-04-08"), True)


def test_a_finished_order_leaves_the_last_dose_undated() -> None:
    found = therapy(order(status="completed"))
    assert (found.ongoing, found.end) == (False, None)


def test_a_dose_starts_and_ends_on_its_day() -> None:
    found = therapy(dose(start=on("2026-05-03")))
    assert (found.course, found.start, found.end) == (
        Course.DOSE,
        on("2026-05-03"),
        on("2026-05-03"),
    )
    assert not found.ongoing


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (amount("400", "mg"), Decimal(400)),
        (amount("0.4", "g"), Decimal(400)),
        (amount("1", "{tbl}"), None),
        (amount("400", "mg", "<"), None),
        (None, None),
    ],
)
def test_a_dose_is_read_in_mg_or_left_out(given: object, expected: Decimal | None) -> None:
    found = timeline(statement(IMATINIB, dose=given))
    assert found.therapies[0].dose_mg == expected
    assert found.unread == ()


def test_a_match_by_words_is_noted() -> None:
    assert therapy(statement(concept(text="Glivec"))).source.note == "matched by text"


def test_the_ingredients_of_a_combination_are_therapies_each() -> None:
    drug = concept("RXN:1597876 nivolumab", "RXN:1094833 ipilimumab")
    found = timeline(statement(drug, medication_reference="Medication/combination"))
    assert [t.ingredient for t in found.therapies] == ["ipilimumab", "nivolumab"]


def test_two_drugs_as_codings_of_one_concept_contradict_each_other() -> None:
    found = timeline(statement(concept("RXN:282388 imatinib", "RXN:357977 sunitinib")))
    assert found.therapies == ()
    assert reasons(found) == ["conflict: its codes name different agents"]


def test_an_order_not_to_give_a_drug_is_no_therapy() -> None:
    assert timeline(order(do_not_perform=True)).therapies == ()


def test_a_conflict_is_named_without_the_drugs() -> None:
    found = timeline(statement(concept("RXN:282388", text="sunitinib")))
    assert found.therapies == ()
    assert reasons(found) == ["conflict: its text names another agent than its code"]


def test_an_excluded_product_is_remarked_not_unread() -> None:
    found = timeline(statement(concept(text="Eylea 2 mg")))
    assert found.therapies == ()
    assert found.unread == ()
    assert "not counted as cancer therapy" in found.remarks[0]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            statement(NOTHING, resolved=False, medication_reference="Medication/x"),
            "the medication it refers to was not sent",
        ),
        (statement(NOTHING), "it names no medication"),
        (statement(concept("NDC:1234-5678")), "its code is not known and it has no name"),
    ],
    ids=["dangling reference", "nothing", "unknown code without a name"],
)
def test_a_medication_that_cannot_be_identified_is_named(
    record: MedicationRecord, reason: str
) -> None:
    assert reasons(timeline(record)) == [reason]


def test_a_drug_that_is_not_asked_about_is_silently_none() -> None:
    found = timeline(statement(concept("RXN:26225 ondansetron")))
    assert (found.therapies, found.unread, found.remarks) == ((), (), ())


def test_the_daily_dose_is_the_dose_times_how_often() -> None:
    twice = statement(IMATINIB, dose=amount("400", "mg"), doses_a_day=Decimal(2))
    assert timeline(twice).therapies[0].daily_mg == 800


def test_a_dose_given_tells_nothing_of_a_day() -> None:
    assert therapy(dose(dose=amount("400", "mg"), doses_a_day=Decimal(1))).daily_mg is None
