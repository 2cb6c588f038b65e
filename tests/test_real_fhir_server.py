"""With a real FHIR server behind the call: the same patient, however the data comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from fhir_server import TOKEN, FhirServer, fhir_server, installed_in
from live import Service, serving
from stories import assessor, story

from service.dates_shifted import shifted, told_on
from service.fhir.prefetch_keys import KEYS, templates
from service.fhir.queries import queries

Json = Any
NAMES = tuple(key.name for key in KEYS)
PEOPLE = (
    "gist-imatinib-supported",
    "crc-bevacizumab-cea-marked-fall",
    "crc-chun-optimal",
    "gist-phase-mismatch",
    "net-sunitinib-after-tace",
)


@pytest.fixture(scope="module", name="ehr")
def _ehr(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[FhirServer]:
    # Installed once and kept from run to run, where pytest keeps anything at all.
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    home = cache.mkdir("fhir-server") if cache else tmp_path_factory.mktemp("fhir-server")
    installed = installed_in(home / "venv")
    with fhir_server(tmp_path_factory.mktemp("ehr"), installed) as running:
        for name in PEOPLE:
            running.put(resources(name))
        yield running


@pytest.fixture(scope="module", name="service")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service") / "log") as running:
        yield running


def resources(name: str) -> list[Json]:
    """An invented person, told today."""
    told = story("people", name)
    day = told_on(told)
    assert day is not None
    today = shifted(told, (date.today() - day).days)  # noqa: DTZ011 - the service's local day
    found = [entry["resource"] for entry in today["entry"]]
    return [
        renamed(resource, {f"{r['resourceType']}/{r['id']}" for r in found}, name)
        for resource in found
    ]


def renamed(resource: Json, known: set[str], person: str) -> Json:
    """A resource with ids of its person's own, as all persons live on one server."""

    def of(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: of(part) for key, part in value.items()}
        if isinstance(value, list):
            return [of(part) for part in value]
        return f"{value}-{person}"[: 64 + value.index("/") + 1] if value in known else value

    named = of(resource)
    return {**named, "id": f"{resource['id']}-{person}"[:64]}


def patient_of(name: str) -> str:
    return next(r["id"] for r in resources(name) if r["resourceType"] == "Patient")


def templates_now() -> dict[str, str]:
    return templates(assessor().rulebook.knowledge.vocabulary)


def prefetched(ehr: FhirServer, patient: str) -> dict[str, Json]:
    """What the EHR would send: each query of discovery, run."""
    found: dict[str, Json] = {}
    for name, template in templates_now().items():
        found[name] = ehr.get(template.replace("{{context.patientId}}", patient))
    return found


def call(ehr: FhirServer, patient: str, prefetch: dict[str, Json]) -> Json:
    draft = {
        "resourceType": "MedicationRequest",
        "id": "draft",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "medicationCodeableConcept": {"text": "sorafenib"},
    }
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid4()),
        "fhirServer": ehr.base,
        "fhirAuthorization": {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.rs",
            "subject": "liver-response",
        },
        "context": {
            "userId": "Practitioner/1",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
        },
        "prefetch": prefetch,
    }


def without_uuids(cards: Json) -> Json:
    if isinstance(cards, dict):
        return {key: without_uuids(value) for key, value in cards.items() if key != "uuid"}
    return [without_uuids(card) for card in cards] if isinstance(cards, list) else cards


def keys_asked(ehr: FhirServer, patient: str) -> set[str]:
    paths = [asked.path.removeprefix("/fhir/") for asked in ehr.asked]
    filled = queries(templates_now(), patient)
    return {name for name, query in filled.items() if set(query.paths) & set(paths)}


@pytest.mark.parametrize("name", PEOPLE)
def test_all_sent_half_sent_and_nothing_sent_give_equal_cards(
    ehr: FhirServer, service: Service, name: str
) -> None:
    patient = patient_of(name)
    everything = prefetched(ehr, patient)
    ways = (NAMES, NAMES[::2], ())
    cards, asked = [], []
    for sent in ways:
        ehr.asked.clear()
        chosen = {key: everything[key] for key in sent}
        cards.append(without_uuids(service.cards(call(ehr, patient, chosen))))
        asked.append(keys_asked(ehr, patient))
        assert all(one.headers["authorization"] == f"Bearer {TOKEN}" for one in ehr.asked)
    assert cards[0]
    assert cards[0] == cards[1] == cards[2]
    assert asked == [set(NAMES) - set(sent) for sent in ways]


def test_a_token_that_the_server_refuses_leads_to_412(ehr: FhirServer, service: Service) -> None:
    refused = call(ehr, patient_of(PEOPLE[0]), {})
    refused["fhirAuthorization"]["access_token"] = "of-somebody-else"  # noqa: S105
    response = service.call(refused)
    assert response.status_code == 412
    assert "refused the access token" in response.text


def test_a_search_in_pages_is_read_to_its_end(ehr: FhirServer, service: Service) -> None:
    patient = patient_of(PEOPLE[0])
    everything = prefetched(ehr, patient)
    first = ehr.get(f"Observation?patient={patient}&category=imaging&_count=5")
    assert any(link["relation"] == "next" for link in first["link"])
    ehr.asked.clear()
    cut_short = service.cards(call(ehr, patient, {**everything, "observations": first}))
    whole = service.cards(call(ehr, patient, everything))
    assert without_uuids(cut_short) == without_uuids(whole)
    assert any("_offset=5" in asked.path for asked in ehr.asked)
