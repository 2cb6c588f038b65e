"""The timeline as a whole: nothing lost, the order of no matter, all people readable."""

import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import orjson
import pytest
from fhir_records import (
    BASELINE,
    INDEX,
    SEGMENT_VI,
    amount,
    component,
    concept,
    extractor,
    lesion,
    observation,
    on,
    reasons,
    series,
    size,
    statement,
    study,
    timeline,
)
from hypothesis import given
from hypothesis import strategies as st

from rules.timeline import FindingKind, Organ, Phase, Quantity, Timeline, Unread
from rules.vocabulary import load_vocabulary
from service.fhir.errors import OtherPatientError, UnknownPatientError
from service.fhir.models import ResourceReader
from service.fhir.patient import read_patient
from service.fhir.records import Component, PatientData, UnreadRecord

FIXTURES = Path(__file__).parent.parent / "fixtures"
PEOPLE = {file.stem: file for file in sorted((FIXTURES / "people").glob("*.json"))}
ODDITIES = {file.stem: file for file in sorted((FIXTURES / "oddities").glob("*.json"))}
# | [`name`](people/name.json) | story | agent | …
AGENTS = re.findall(
    r"^\| \[`([\w-]+)`\]\(people/[^|]*\|[^|]*\| (\w+) \|",
    (FIXTURES / "README.md").read_text(),
    re.M,
)


@cache
def data_of(file: Path) -> PatientData:
    """The records of a fixture; all Observations, those beside the point included."""
    reader = ResourceReader(load_vocabulary().normalise_system)
    return read_patient(orjson.loads(file.read_bytes()), reader)


def read(name: str) -> Timeline:
    return extractor().timeline(data_of({**PEOPLE, **ODDITIES}[name]))


@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_of_an_invented_person_is_unread(person: str) -> None:
    assert read(person).unread == ()


@pytest.mark.parametrize(("person", "agent"), AGENTS)
def test_every_person_is_on_the_agent_of_the_story(person: str, agent: str) -> None:
    assert agent in {therapy.ingredient for therapy in read(person).therapies}


@pytest.mark.parametrize("person", PEOPLE)
def test_every_person_has_measured_lesions_at_known_studies(person: str) -> None:
    found = read(person)
    assert found.measurements
    assert {m.lesion for m in found.measurements} <= {lesion.id for lesion in found.lesions}
    assert {m.study for m in found.measurements} <= {study.id for study in found.studies}
    assert {f.study for f in found.findings} <= {None, *(study.id for study in found.studies)}
    assert {f.lesion for f in found.findings} <= {None, *(lesion.id for lesion in found.lesions)}


def test_the_first_person_is_read_to_the_last_number() -> None:
    found = read("gist-imatinib-supported")
    sizes = [
        (m.lesion[-1], m.value) for m in found.measurements if m.quantity is Quantity.LONG_AXIS
    ]
    assert sizes == [("a", 31), ("b", 22), ("c", 9), ("a", 35), ("b", 25), ("c", 9)]
    assert {lesion.target for lesion in found.lesions if lesion.organ is Organ.LIVER} == {
        True,
        False,
        None,
    }
    assert [(d.tumour, d.primary) for d in found.diagnoses] == [
        ("liver metastasis", "Condition/primary-gist"),
        ("GIST", None),
    ]
    assert {finding.kind for finding in found.findings} == {
        FindingKind.CONSPICUITY,
        FindingKind.EXTRAHEPATIC,
        FindingKind.CLINICAL,
    }
    assert [status.ecog for status in found.performance] == [1, 1]


@pytest.mark.parametrize("oddity", ODDITIES)
def test_no_oddity_raises_in_the_extraction(oddity: str) -> None:
    try:
        found = read(oddity)
    except (OtherPatientError, UnknownPatientError):
        return  # refused before anything is extracted
    assert isinstance(found, Timeline)


@pytest.mark.parametrize(
    ("oddity", "reason"),
    [
        ("size-without-unit", "long axis: no unit"),
        ("size-without-any-date", "undated, and it names no study"),
        ("size-conflict", "conflict: two values for long axis of one lesion at one study"),
        ("lesions-without-identity", "cannot be paired: nothing tells the lesions apart"),
        ("marker-without-unit", "CEA: no unit"),
        (
            "medication-code-and-text-disagree",
            "conflict: its text names another agent than its code",
        ),
        ("medication-two-drugs-in-one-concept", "conflict: its codes name different agents"),
        ("medication-dangling-reference", "the medication it refers to was not sent"),
    ],
)
def test_what_an_oddity_holds_unreadably_is_named(oddity: str, reason: str) -> None:
    assert set(reasons(read(oddity))) == {reason}


@pytest.mark.parametrize(
    "oddity",
    [
        "size-mcode-component-cm",
        "size-panel-with-value",
        "size-plain-33728-7",
        "size-snomed-long-axis",
        "size-diameter-with-attenuation",
        "size-dated-by-its-study",
        "size-only-issued",
        "size-quantity-with-translations",
        "lesion-in-r5-body-structure",
    ],
)
def test_however_the_size_is_sent_it_is_53_mm(oddity: str) -> None:
    found = read(oddity)
    assert 53 in {m.value for m in found.measurements if m.quantity is Quantity.LONG_AXIS}
    assert found.unread == ()


@pytest.mark.parametrize("person", PEOPLE)
def test_the_order_of_a_persons_records_does_not_matter(person: str) -> None:
    data = data_of(PEOPLE[person])
    records = list(data.records)
    random.Random(person).shuffle(records)  # noqa: S311 - no secret
    assert extractor().timeline(replace(data, records=tuple(records))) == read(person)


AWKWARD = (
    lesion("a"),
    study("ct"),
    study("undated", None),
    study("other", BASELINE, modalities=("MR",)),
    size("focus", "53", component("DCM:112040", "1.2.3")),
    size("again", "53"),
    size("conflict", "60", day=BASELINE),
    size("conflicting", "61", day=BASELINE),
    size("by-uid", "54", component("DCM:112040", "1.2.3"), focus=(), day="2026-04-20"),
    size("by-site", "20", focus=()),
    size("unnamed", "12", focus=(), body_site=concept()),
    size("of-undated", "30", derived_from=("ImagingStudy/undated",), day="2026-05-01"),
    size("twice", "30", day="2026-04-30"),
    size("twice", "31", day="2026-04-30"),  # two versions of one resource
    observation("new", "LRC:change-from-prior", concept("SCT:7147002"), body_site=concept("SCT:1")),
    observation("cea", "LNC:2039-6", amount("4", "ng/mL")),
    observation("cea-2", "LNC:2039-6", amount("5", "ng/mL")),
    statement(concept("RXN:282388")),
    statement(concept(text="Sutent"), reference="MedicationStatement/n", start=None),
)


@given(st.permutations(AWKWARD))
def test_the_order_of_awkward_records_does_not_matter(records: list[object]) -> None:
    assert timeline(*records) == timeline(*AWKWARD)  # type: ignore[arg-type]


def test_the_same_record_twice_counts_once() -> None:
    assert timeline(*AWKWARD, *AWKWARD) == timeline(*AWKWARD)


def test_patients_of_the_same_codes_and_protocols_have_their_own_values() -> None:
    phase = component("DCM:109058", concept("LRC:portal-venous"))
    description = "CT abdomen, portal venous 3 mm"

    def told(name: str, mm: str, day: str) -> tuple[object, ...]:
        found = timeline(
            study(name, day, series=(series(description),)),
            size(f"size-{name}", mm, phase, day=day),
            observation(f"cea-{name}", "LNC:2039-6", amount(mm, "ng/mL"), day=day),
            observation(f"ecog-{name}", "LNC:89247-1", int(mm) % 5, day=day),
            statement(
                concept("RXN:282388"), reference=f"MedicationStatement/{name}", start=on(day)
            ),
        )
        (made,), (seen,), (cea,), (ecog,), (drug,) = (
            found.studies, found.measurements, found.markers, found.performance, found.therapies,
        )  # fmt: skip
        return (
            (made.id, made.day, made.slice_mm),
            (seen.study, seen.value, seen.phase, seen.source.reference),
            (cea.value, cea.day, cea.source.reference),
            (ecog.ecog, ecog.day, drug.start, drug.source.reference),
        )

    for name, mm, day in (("x", "53", INDEX), ("y", "41", BASELINE), ("x", "53", INDEX)):
        reference = f"ImagingStudy/{name}"
        assert told(name, mm, day) == (
            (reference, on(day), 3),
            (reference, int(mm), Phase.PORTAL_VENOUS, f"Observation/size-{name}"),
            (int(mm), on(day), f"Observation/cea-{name}"),
            (int(mm) % 5, on(day), on(day), f"MedicationStatement/{name}"),
        )


def test_a_question_in_words_beside_one_that_is_known_is_named() -> None:
    asked_in_words = Component(concept(text="Tumour size"), amount("12", "mm"))
    known, own = size("known", "53"), observation("own", asked_in_words.code, amount("12", "mm"))
    assert reasons(timeline(lesion("a"), known)) == []
    for record in (own, replace(known, components=(asked_in_words,))):
        assert "its question is not given by a known code" in reasons(timeline(lesion("a"), record))


def test_equal_concepts_are_found_by_one_another() -> None:
    first, second = (concept("SCT:10200004 Liver", text="liver") for _ in range(2))
    assert {first: "kept"}[second] == "kept"
    assert {series("CT", site=SEGMENT_VI): "kept"}[series("CT", site=SEGMENT_VI)] == "kept"
    assert first != replace(first, text="spleen")


def test_what_the_reader_could_not_read_or_get_is_passed_on() -> None:
    found = timeline(
        unread=(UnreadRecord("Observation/x", "Observation", "status: missing"),),
        unavailable=("procedures", "conditions"),
        remarks=("2 resources of kinds that are not read",),
    )
    assert found == Timeline(
        "p",
        unread=(Unread("Observation/x", "status: missing"),),
        unavailable=("conditions", "procedures"),
        remarks=("2 resources of kinds that are not read",),
    )


def test_no_reason_contains_a_value() -> None:
    found = timeline(*AWKWARD)
    assert found.unread
    assert not re.search(r"\b(?:53|60|61|12|30|31|54)\b", " ".join(reasons(found)))
