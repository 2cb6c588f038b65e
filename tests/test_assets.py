"""Scripts and style sheets: kept for good by browsers, small on the wire, and never stale."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service import create_app
from service.settings import Settings

STATIC = Path(__file__).resolve().parent.parent / "service" / "static"
PEOPLE = STATIC.parent.parent / "fixtures" / "people"


@pytest.fixture(scope="module", name="client")
def _client() -> FlaskClient:
    return create_app(Settings(first_look=str(PEOPLE))).test_client()


@pytest.fixture(scope="module", name="folder")
def _folder(client: FlaskClient) -> str:
    """The address that pages give for the folder of scripts."""
    found = re.search(r'href="(/static/[0-9a-f]{16})/evidence.css"', client.get("/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("name", ["evidence.css", "evidence.js", "plots/plots.js", "icon.png"])
def test_a_file_is_kept_for_good_under_its_hash(
    client: FlaskClient, folder: str, name: str
) -> None:
    with client.get(f"{folder}/{name}") as answer:
        assert answer.status_code == 200
        assert answer.data == (STATIC / name).read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_plotting_library_is_sent_compressed(client: FlaskClient, folder: str) -> None:
    with client.get(f"{folder}/plots/plots.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 300_000
        assert gzip.decompress(answer.data) == (STATIC / "plots" / "plots.js").read_bytes()


def test_another_hash_is_not_served(client: FlaskClient, folder: str) -> None:
    stale = folder[:-1] + ("0" if folder[-1] != "0" else "1")
    assert client.get(f"{stale}/evidence.css").status_code == 404


@pytest.mark.parametrize("path", ["..%2f..%2fapp.py", "../app.py", "%2e%2e/app.py"])
def test_nothing_outside_the_folder_is_served(client: FlaskClient, folder: str, path: str) -> None:
    assert client.get(f"{folder}/{path}").status_code == 404


def test_the_plots_hold_no_evaluation_of_text_as_code() -> None:
    script = (STATIC / "evidence.js").read_text("utf-8")
    assert "ast: true" in script
    assert "eval(" not in script
