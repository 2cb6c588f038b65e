"""From a call to cards: who is asked what, and what is said or not said."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import NoReturn

import pytest
from assessments import BY_GRADE, POSSIBLE, SUPPORTED, TRUE_PROGRESSION, card_maker
from calls import (
    Json,
    medication_request,
    order_select,
    order_sign,
    patient_view,
    service_request,
)

from rules.assessment import Assessment, Grade
from rules.timeline import Course, Source, Therapy, Timeline
from rules.vocabulary import load_vocabulary
from service.cds.answer import Parts, answer
from service.cds.call import Call, read_call
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.response import Card, wire
from service.cds.speaking import Hook, load_speaking
from service.cds.strict import findings
from service.extract.medications import MedicationReader
from service.fhir.errors import MissingDataError
from service.judged import Judged
from service.outbound.destinations import Destinations

TODAY = date(2026, 5, 20)
SUNITINIB = medication_request("sunitinib")
LIVER_CT = service_request("CT liver")
LOST = medication_request(medicationReference={"reference": "Medication/elsewhere"})
BOTH = ["MedicationRequest/m1", "ServiceRequest/s1"]
COURSE = Therapy(
    "bevacizumab", Course.ORDER, None, None, ongoing=True, source=Source("MedicationRequest/old")
)


@dataclass
class Conclusion:
    """An assessor that concludes what it is told, and remembers for which day."""

    assessment: Assessment
    days: list[date] = field(default_factory=list)

    def assess(self, call: Call, _allowed: Destinations, as_of: date) -> Judged:
        assert call.patient_id == "p1"
        self.days.append(as_of)
        timeline = Timeline(call.patient_id, therapies=(COURSE,))
        return Judged(self.assessment, timeline, {}, None)


def no_data(_call: Call, _allowed: Destinations, _as_of: date) -> NoReturn:
    raise MissingDataError({"imaging": "absent"})


def parts(rulebook: Conclusion, **changes: object) -> Parts:
    vocabulary = load_vocabulary()
    made = Parts(
        assess=rulebook.assess,
        orders=OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words()),
        speaking=load_speaking(),
        cards=card_maker(),
        today=lambda: TODAY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def cards(body: Json, assessment: Assessment = SUPPORTED) -> tuple[Card, ...]:
    call = read_call(body, Hook(body["hook"]), load_vocabulary().normalise_system)
    answered = answer(call, parts(Conclusion(assessment))).cards
    assert findings({"cards": [wire(card) for card in answered]}) == []
    return answered


def said(body: Json, assessment: Assessment = SUPPORTED) -> list[tuple[str, str]]:
    return [(c.source.topic.code, c.indicator.value) for c in cards(body, assessment)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(order_sign(SUNITINIB), [("TreatmentEffectSupported", "warning")], id="sign"),
        pytest.param(
            order_select(SUNITINIB, selections=BOTH[:1]),
            [("TreatmentEffectSupported", "warning")],
            id="select",
        ),
        pytest.param(order_sign(LOST), [("TreatmentEffectSupported", "info")], id="unread"),
        pytest.param(order_sign(LIVER_CT), [], id="imaging signed"),
        pytest.param(
            order_select(LIVER_CT, selections=BOTH[1:]),
            [("ImagingProtocol", "info")],
            id="imaging selected",
        ),
        pytest.param(
            order_select(SUNITINIB, LIVER_CT, selections=BOTH),
            [("TreatmentEffectSupported", "warning"), ("ImagingProtocol", "info")],
            id="both selected",
        ),
        pytest.param(order_select(SUNITINIB, LIVER_CT, selections=[]), [], id="none selected"),
        pytest.param(order_sign(), [], id="no orders"),
        pytest.param(order_sign(medication_request()), [], id="nothing chosen"),
        pytest.param(order_sign(medication_request("bevacizumab")), [], id="goes on"),
        pytest.param(order_sign(SUNITINIB, service_request("Hospice care")), [], id="comfort care"),
        pytest.param(
            order_sign(
                medication_request(
                    "study drug", priorPrescription={"reference": "MedicationRequest/old"}
                )
            ),
            [("TreatmentEffectSupported", "warning")],
            id="replaced",
        ),
        pytest.param(patient_view(), [("TreatmentEffectSupported", "info")], id="chart"),
    ],
)
def test_what_is_said_on_each_occasion(body: Json, expected: list[tuple[str, str]]) -> None:
    assert said(body) == expected


@pytest.mark.parametrize(
    ("grade", "signed"),
    [
        (Grade.SUPPORTED, ["warning"]),
        (Grade.POSSIBLE, ["info"]),
        (Grade.INDETERMINATE, ["info"]),
        (Grade.TRUE_PROGRESSION, []),
        (Grade.LOCAL_THERAPY, ["info"]),
        (Grade.IMMUNE, ["info"]),
        (Grade.NOT_APPLICABLE, []),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_change_of_treatment_is_answered_by_grade(grade: Grade, signed: list[str]) -> None:
    found = said(order_sign(SUNITINIB), BY_GRADE[grade])
    assert [indicator for _, indicator in found] == signed


def test_liver_imaging_is_answered_for_true_progression_too() -> None:
    body = order_select(LIVER_CT, selections=BOTH[1:])
    assert said(body, TRUE_PROGRESSION) == [("ImagingProtocol", "info")]


def test_an_old_study_is_not_spoken_of_when_a_chart_is_opened() -> None:
    assert said(patient_view(), replace(SUPPORTED, index_age_days=31)) == []


def test_an_order_that_cannot_be_read_is_named_on_the_card() -> None:
    detail = cards(order_sign(LOST), POSSIBLE)[0].detail
    assert "One order could not be read" in detail


def test_a_selection_without_its_order_is_named_on_the_card() -> None:
    body = order_select(SUNITINIB, selections=["MedicationRequest/m1", "MedicationRequest/x"])
    assert "One selection names no order of the call" in cards(body)[0].detail


def test_the_proposed_orders_are_for_the_patient_and_encounter_of_the_call() -> None:
    body = order_sign(SUNITINIB)
    body["context"]["encounterId"] = "e7"
    request = cards(body)[0].suggestions[0].actions[0].resource
    assert request.subject.reference == "Patient/p1"
    assert request.encounter is not None
    assert request.encounter.reference == "Encounter/e7"


def test_the_assessment_is_as_of_today() -> None:
    rulebook = Conclusion(SUPPORTED)
    call = read_call(patient_view(), Hook.PATIENT_VIEW, str)
    answer(call, parts(rulebook))
    assert rulebook.days == [TODAY]


def test_the_same_call_gives_the_same_cards() -> None:
    assert cards(order_sign(SUNITINIB)) == cards(order_sign(SUNITINIB))


def test_missing_data_is_an_error_where_the_orders_bear_on_the_question() -> None:
    call = read_call(order_sign(SUNITINIB), Hook.ORDER_SIGN, str)
    with pytest.raises(MissingDataError):
        answer(call, parts(Conclusion(SUPPORTED), assess=no_data))


def test_other_orders_need_no_data() -> None:
    call = read_call(order_sign(medication_request("paracetamol")), Hook.ORDER_SIGN, str)
    assert answer(call, parts(Conclusion(SUPPORTED), assess=no_data)).cards == ()
