"""An EHR's FHIR server that has one invented patient, and answers the queries of discovery alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from live import told_today
from scripted_server import Asked, Reply
from stories import assessor

from service.fhir.prefetch_keys import templates
from service.fhir.queries import queries

Json = Any
CALL = "order-sign-sunitinib"
TOKEN = "token-of-the-ehr"  # noqa: S105 - of a server that lives as long as the test
_REFUSED = Reply(401, {"resourceType": "OperationOutcome", "issue": []})


def ehr() -> Callable[[Asked], Reply]:
    """Answers with what the EHR would have sent as prefetch, to whoever brings the token."""
    has = told_today(CALL)["prefetch"]
    where = paths()

    def script(asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _REFUSED
        path = asked.path.removeprefix("/fhir/")
        if path.startswith("Observation") and "page=2" in path:
            return Reply(body=_page(has["observations"], 2, ""))
        key = where.get(path)
        return Reply(body=has[key]) if key else Reply(404)

    return script


def paths() -> dict[str, str]:
    """The key that each query is for."""
    vocabulary = assessor().rulebook.knowledge.vocabulary
    patient = told_today(CALL)["context"]["patientId"]
    found = queries(templates(vocabulary), patient)
    return {path: key for key, query in found.items() for path in query.paths}


def first_page(base: str) -> Json:
    """The first half of the imaging observations, with the address of the second."""
    return _page(told_today(CALL)["prefetch"]["observations"], 1, f"{base}/Observation?page=2")


def _page(bundle: Json, number: int, following: str) -> Json:
    half = len(bundle["entry"]) // 2
    entries = bundle["entry"][:half] if number == 1 else bundle["entry"][half:]
    link = [{"relation": "next", "url": following}] if following else []
    return {**bundle, "link": link, "entry": entries}


def calling(server: str | None, prefetch: Json, **authorization: Any) -> Json:
    """A call of the patient with so much sent, and the token for the rest; None takes a member away."""
    document = copy.deepcopy(told_today(CALL))
    token = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "liver-response",
        **authorization,
    }
    sent = {name: value for name, value in token.items() if value is not None}
    where = {"fhirServer": server, "fhirAuthorization": sent} if server else {}
    return {**document, **where, "prefetch": prefetch}
