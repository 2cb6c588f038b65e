"""Every call is told of once, whole, also where it failed; and nothing of the patient is told."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

import pytest
from flask import Flask, Request
from live import told_today
from stories import assessor

from service.app import make_parts
from service.fhir.prefetch_keys import templates
from service.record.call_record import CallRecord
from service.record.likeness import Likeness
from service.settings import Settings
from service.trust.errors import NotAdmittedError, Refusal
from service.trust.gate import ANYBODY
from service.web.admission import Admit
from service.web.errors import register_errors
from service.web.hooks import hooks
from service.web.recording import Recording

Json = Any
TODAY = date.today()  # noqa: DTZ011 - the local day, as the service has it
CALL = "order-sign-sunitinib"
PATH = "/cds-services/liver-response-order-sign"


def records_of(
    *bodies: Json, failing: bool = False, admit: Admit = lambda _request: ANYBODY
) -> list[CallRecord]:
    """What is told of calls with these bodies, one after the other."""
    told: list[CallRecord] = []

    def tell(record: CallRecord) -> None:
        told.append(record)
        if failing:
            raise OSError("away")

    vocabulary = assessor().rulebook.knowledge.vocabulary
    app = Flask("test")
    parts = make_parts(assessor(), Settings(), lambda: TODAY)
    recording = Recording((tell,), Likeness(b"key"))
    app.register_blueprint(
        hooks(
            parts,
            templates(vocabulary),
            vocabulary.normalise_system,
            admit,
            recording,
        )
    )
    register_errors(app)
    for body in bodies:
        response = app.test_client().post(PATH, json=body)
        assert response.status_code == told[-1].status
    return told


@pytest.fixture(scope="module")
def record() -> CallRecord:
    return records_of(told_today(CALL))[0]


def test_a_call_is_told_of_with_what_was_concluded_and_sent(record: CallRecord) -> None:
    assert (record.status, record.failure) == (200, "")
    assert record.conclusion is not None
    assert record.conclusion.grade == "TREATMENT_EFFECT_SUPPORTED"
    assert "P1" in record.conclusion.rules
    assert [card.topic for card in record.cards] == ["TreatmentEffectSupported"]
    assert record.states["imaging"] == "present"
    assert set(record.milliseconds) == {"admit", "read", "answer", "whole"}


def test_nothing_of_the_patient_is_told(record: CallRecord) -> None:
    call = told_today(CALL)
    shown = repr(record)
    assert call["context"]["patientId"] not in shown
    assert call["context"]["userId"] not in shown
    assert "imatinib" not in shown


def test_a_call_that_lacks_data_is_told_of_with_what_it_lacks() -> None:
    body = told_today(CALL)
    del body["prefetch"]["imaging"]
    (record,) = records_of(body)
    assert (record.status, record.failure) == (412, "MissingDataError")
    assert record.states == {"imaging": "absent"}
    assert record.cards == ()


def test_a_call_that_cannot_be_read_is_told_of() -> None:
    (record,) = records_of({"hook": "order-sign"})
    assert (record.status, record.failure) == (400, "CallInvalidError")
    assert record.conclusion is None


def test_a_call_is_answered_even_if_nobody_can_record_it() -> None:
    assert records_of(told_today(CALL), failing=True)[0].status == 200


@pytest.mark.parametrize(("named", "told"), [("", "unknown"), ("main", "main")])
def test_a_call_that_is_not_admitted_is_never_told_of_as_anybody_s(named: str, told: str) -> None:
    def refuse(_request: Request) -> NoReturn:
        raise NotAdmittedError(Refusal.SIGNATURE, named)

    (record,) = records_of(told_today(CALL), admit=refuse)
    assert (record.status, record.client) == (401, told)


def test_repeats_are_alike_and_other_users_are_not() -> None:
    first, other = told_today(CALL), told_today(CALL)
    other["context"]["userId"] = "Practitioner/another"
    likenesses = [r.conclusion.likeness for r in records_of(first, first, other) if r.conclusion]
    assert likenesses[0] == likenesses[1] != likenesses[2]


def test_the_key_that_repeats_are_known_by_is_never_shown() -> None:
    assert "secret" not in repr(Likeness(b"secret"))
