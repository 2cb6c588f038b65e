"""Cards as each kind of client takes them, from calls of the shapes that each kind sends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from live import CALLS
from signing import bearer, claims, ec

from service.app import create_app
from service.cds.profiles import EPIC_ITEM
from service.cds.strict import findings
from service.configuration.tables import Client, Profile
from service.dates_shifted import told_on
from service.settings import Settings

KEY = ec("main")
ITEMS = {"multiphase_ct": "730001", "mri": "730002"}
CLIENTS = {
    "generic": (Profile.GENERIC, {}),
    "sandbox": (Profile.SANDBOX, {}),
    "epic": (Profile.EPIC, ITEMS),
    "epic-without-list": (Profile.EPIC, {}),
}
SHAPES = ["order-sign-epic", "order-select-reference-client"]


@pytest.fixture(scope="module", name="ehr")
def _ehr(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("profiles")
    file = folder / "keys.json"
    file.write_bytes(orjson.dumps({"keys": [KEY.jwk]}))
    clients = tuple(
        Client(name, name, jwks_file=str(file), profile=profile, preference_list=items)
        for name, (profile, items) in CLIENTS.items()
    )
    told = told_on(document(SHAPES[0]))
    assert told is not None
    settings = Settings(public_url="https://cds.example", state_folder=str(folder), clients=clients)
    return create_app(settings, lambda: told).test_client()


def document(name: str) -> Any:
    return orjson.loads((CALLS / name / "request.json").read_bytes())


def cards(ehr: FlaskClient, client: str, name: str) -> list[Any]:
    sent = document(name)
    path = f"/cds-services/liver-response-{sent['hook']}"
    token = KEY.sign(KEY.header(), claims(client, f"https://cds.example{path}"))
    answer = ehr.post(path, json=sent, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert findings(body) == []
    found: list[Any] = body["cards"]
    return found


def plain(value: Any) -> Any:
    """Without uuids and suggestions."""
    left_out = ("uuid", "suggestions", "selectionBehavior")
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if name not in left_out}
    return [plain(item) for item in value] if isinstance(value, list) else value


def suggestions(found: list[Any]) -> list[Any]:
    return [suggestion for card in found for suggestion in card.get("suggestions", [])]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_told_the_same(ehr: FlaskClient, client: str, name: str) -> None:
    told = cards(ehr, client, name)
    assert told
    assert plain(told) == plain(cards(ehr, "generic", name))


@pytest.mark.parametrize("name", SHAPES)
def test_the_sandbox_gets_what_the_standard_says(ehr: FlaskClient, name: str) -> None:
    sandbox, generic = (suggestions(cards(ehr, client, name)) for client in ("sandbox", "generic"))
    assert [s["label"] for s in sandbox] == [s["label"] for s in generic]
    assert sandbox


@pytest.mark.parametrize("name", SHAPES)
def test_epic_is_offered_what_it_can_place(ehr: FlaskClient, name: str) -> None:
    every = suggestions(cards(ehr, "generic", name))
    offered = suggestions(cards(ehr, "epic", name))
    assert 0 < len(offered) < len(every)
    for suggestion in offered:
        (action,) = suggestion["actions"]
        (coding,) = action["resource"]["code"]["coding"]
        assert coding["system"] == EPIC_ITEM
        assert coding["code"] in ITEMS.values()
        assert action["type"] == "create"
        assert action["description"].startswith(suggestion["label"])


@pytest.mark.parametrize("name", SHAPES)
def test_what_epic_cannot_place_is_named_on_the_card(ehr: FlaskClient, name: str) -> None:
    (card, *_) = cards(ehr, "epic-without-list", name)
    assert "suggestions" not in card
    assert "selectionBehavior" not in card
    assert "Options to consider" in card["detail"]
    for suggestion in cards(ehr, "generic", name)[0]["suggestions"]:
        assert suggestion["label"].split(" ")[0] in card["detail"]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", SHAPES)
def test_no_client_gets_what_it_cannot_take(ehr: FlaskClient, client: str, name: str) -> None:
    for card in cards(ehr, client, name):
        assert re.fullmatch("[A-Za-z0-9]{1,100}", card["source"]["topic"]["code"])
        assert card.get("selectionBehavior", "any") == "any"
        assert not re.search("<[a-z/!]", card["detail"])
        assert "option" not in str(card.get("suggestions", [{}])[0].keys())
        for suggestion in card.get("suggestions", []):
            assert suggestion.keys() <= {"label", "uuid", "actions"}
            assert len(suggestion["actions"]) == 1


def test_calls_of_these_shapes_are_among_the_fixtures() -> None:
    epic, reference = (document(name) for name in SHAPES)
    draft = epic["context"]["draftOrders"]["entry"][0]["resource"]
    assert len(draft["id"]) > 150
    assert draft["medicationReference"]["reference"].startswith("Medication/")
    assert "item1" in epic["prefetch"]
    entry = reference["context"]["draftOrders"]
    assert "type" not in entry
    assert isinstance(entry["entry"][0]["resource"]["category"], dict)
    assert (Path(CALLS) / SHAPES[0] / "response.json").exists()
