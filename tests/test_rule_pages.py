"""The page that a card's source leads to: every rule, number and source, and nothing that runs."""

from __future__ import annotations

from html import unescape

import pytest
from werkzeug.test import TestResponse

from rules.pages import Page, load_pages
from service.app import create_app
from service.settings import Settings

PUBLIC = "https://cds.example.org"


@pytest.fixture(scope="module", name="answer")
def _answer() -> TestResponse:
    return create_app(Settings(public_url=PUBLIC)).test_client().get("/rulebook")


@pytest.mark.parametrize("page", load_pages(), ids=lambda page: page.id)
def test_every_rule_number_gap_and_source_of_a_page_is_on_it(
    answer: TestResponse, page: Page
) -> None:
    text = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200
    for shown in (
        page.title,
        *(item.title for item in page.items.values()),
        *(number.means for number in page.parameters.values()),
        *(source.title for source in page.sources.values()),
        *page.misses,
    ):
        assert shown in text


def test_sentences_have_their_numbers_filled_in(answer: TestResponse) -> None:
    text = unescape(answer.get_data(as_text=True))
    assert "[agent] was started [line days] d before the index study, less than 14 d." in text


def test_nothing_on_the_page_runs_or_comes_from_elsewhere(answer: TestResponse) -> None:
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    html = answer.get_data(as_text=True)
    assert "<script" not in html
    assert "style=" not in html
    assert 'src="http' not in html


@pytest.mark.parametrize(
    ("path", "kind"), [("/static/icon.png", "image/png"), ("/static/rulebook.css", "text/css")]
)
def test_what_cards_and_pages_refer_to_is_served(path: str, kind: str) -> None:
    with create_app(Settings()).test_client().get(path) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == kind
