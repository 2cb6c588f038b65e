"""The pages that a card's source leads to: every rule, number and source, found by search."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from live import free_port, told_today

from rules.cases import load_cases
from rules.criteria.pages import CriterionPage, load_criteria
from rules.document.contents import Value
from rules.document.search import pieces
from rules.document.whole import chapters
from rules.pages import Page, SourceNote, load_pages
from rules.rulebook import Rulebook
from service.app import create_app
from service.configuration.tables import Operator
from service.settings import Settings
from service.web.citations import cited
from service.web.operators import hash_of, new_token
from service.web.rule_history import history

TOKEN = new_token()
OPERATORS = (Operator("ada", hash_of(TOKEN)),)
SIGNED_IN = {"Authorization": f"Bearer {TOKEN}"}
FIGURES = "Last 90 days:"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module", name="client")
def _client() -> FlaskClient:
    return create_app(Settings(public_url="https://cds.example.org")).test_client()


def html_of(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def text_of(html: str) -> str:
    """What is read: without tags, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("page", load_pages(), ids=lambda page: page.id)
def test_every_rule_number_table_gap_and_source_of_a_page_is_on_it(
    client: FlaskClient, page: Page
) -> None:
    html = html_of(client, f"/rules/{page.id}")
    text = text_of(html)
    for shown in (
        *(page.title, page.asks, page.says, page.rationale, page.status),
        f"version {page.version}",
        str(page.review_due),
        *(item.title for item in page.items.values()),
        *(number.means for number in page.parameters.values()),
        *(str(value.since) for number in page.parameters.values() for value in number.values),
        *(row for table in page.tables.values() for row in table.rows),
        *(source.title for source in page.sources.values()),
        *(source.states for source in page.sources.values()),
        *page.misses,
    ):
        assert plain(shown) in text, shown
    anchors = (*page.items, *(f"number-{name}" for name in page.parameters))
    assert all(f'id="{anchor}"' in html for anchor in anchors)


def test_every_worked_case_is_on_its_page_with_what_it_gives(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    for page in (chapter.page.id for chapter in chapters(rulebook) if chapter.cases):
        text = text_of(html_of(client, f"/rules/{page}"))
        for case in load_cases(page, rulebook.knowledge.group_of):
            assert plain(case.name) in text
            assert all(code in text for code in (*case.finds, *case.not_finds))


@pytest.mark.parametrize("page", load_criteria().values(), ids=lambda page: page.id)
def test_every_number_publication_and_gap_of_a_criterion_is_on_its_page(
    client: FlaskClient, page: CriterionPage
) -> None:
    text = text_of(html_of(client, f"/rules/criteria/{page.id}"))
    for shown in (
        *(page.title, page.population),
        *(number.means for number in page.numbers.values()),
        *(source.title for source in page.sources.values()),
        *page.misses,
    ):
        assert plain(shown) in text, shown


def test_every_link_of_every_page_leads_somewhere(client: FlaskClient) -> None:
    pages = [f"/rules/{page.id}" for page in load_pages()]
    pages += ["/rules", *(f"/rules/criteria/{name}" for name in load_criteria())]
    ids = {path: set(re.findall(r'\bid="([^"]+)"', html_of(client, path))) for path in pages}
    for path in pages:
        for link in re.findall(r'href="([^"]+)"', html_of(client, path)):
            target, _, anchor = link.partition("#")
            if not target.startswith(("https://", "/static/")):
                assert not anchor or anchor in ids[target or path], f"{path}: {link}"
                assert (target or path) in ids, f"{path}: {link}"


def test_every_way_of_every_rule_has_the_address_that_the_evidence_page_links(
    client: FlaskClient, rulebook: Rulebook
) -> None:
    for page, rule in rulebook.explainer.rules:
        assert f'id="{rule.id}"' in html_of(client, f"/rules/{page}"), rule.id


def test_the_index_names_every_page_and_criterion(client: FlaskClient) -> None:
    text = text_of(html_of(client, "/rules"))
    titles = [page.title for page in (*load_pages(), *load_criteria().values())]
    assert all(title in text for title in titles)


def test_sentences_have_their_numbers_filled_in(client: FlaskClient) -> None:
    text = text_of(html_of(client, "/rules/applicability"))
    assert "[agent] was started [line days] d before the index study, less than 14 d." in text


@pytest.mark.parametrize(
    ("question", "leads_to", "says"),
    [
        ("P1", "/rules/pseudoprogression#P1", "Attenuation fell"),
        ("p2.by_correlate", "/rules/pseudoprogression#P2", "Pseudo-new lesion"),
        ("sunitinib", "/rules/exposure#table-washout", "sunitinib · 20 d"),
        ("relative fall", "/rules/pseudoprogression#number-attenuation_fall_percent", "15 %"),
        ("adherence", "/rules/exposure#gap-1", "not taking the drug mimics progression"),
        ("shankar late", "/rules/pseudoprogression#LATE", "resistance becomes likelier"),
        ("Eisenhauer 45:228", "/rules/true_progression#source-", "RECIST 1.1"),
        ("exactly 15 %", "/rules/pseudoprogression#case-3", "a fall of exactly 15 % counts"),
        ("first-line sunitinib", "/rules/criteria/mass_2010", "84 patients"),
    ],
)
def test_search_finds_a_rule_by_code_drug_number_gap_source_and_case(
    client: FlaskClient, question: str, leads_to: str, says: str
) -> None:
    html = html_of(client, f"/rules?q={quote(question)}")
    assert f'href="{leads_to}' in html
    assert says in text_of(html)


def test_what_is_called_as_asked_for_is_found_first(client: FlaskClient) -> None:
    html = html_of(client, "/rules?q=late")
    assert re.findall(r'<li><a href="([^"]+)"', html)[0] == "/rules/pseudoprogression#LATE"
    assert "<mark>LATE</mark>" in html


def test_a_search_that_finds_nothing_says_so(client: FlaskClient) -> None:
    assert "Nothing found for “zebra”" in text_of(html_of(client, "/rules?q=zebra"))


def test_an_empty_search_is_the_index(client: FlaskClient) -> None:
    assert html_of(client, "/rules?q=+") == html_of(client, "/rules")


def test_a_long_list_is_cut_and_says_so(client: FlaskClient) -> None:
    text = text_of(html_of(client, "/rules?q=e"))
    assert "The first 100 are shown" in text


def test_a_hostile_question_stays_text(client: FlaskClient) -> None:
    html = html_of(client, f"/rules?q={quote(HOSTILE)}")
    assert "<script" not in html
    assert HOSTILE in unescape(html)
    assert len(html_of(client, f"/rules?q={'<b>' * 5000}")) < 5000


def test_only_what_was_looked_for_is_marked() -> None:
    assert list(pieces("A fall, a Fall", ["fall", "a"])) == [
        ("A", True), (" ", False), ("fall", True), (", ", False), ("a", True), (" ", False),
        ("Fall", True),
    ]  # fmt: skip


def test_identifiers_are_links_and_all_else_is_text() -> None:
    said = cited("<b> doi 10.1200/JCO.2006.07.3049; PMID 10580961, PMC5784620")
    assert '<a href="https://doi.org/10.1200/JCO.2006.07.3049" rel="noreferrer">' in said
    assert "https://pubmed.ncbi.nlm.nih.gov/10580961/" in said
    assert "https://pmc.ncbi.nlm.nih.gov/articles/PMC5784620/" in said
    assert said.startswith("&lt;b&gt;")


def test_the_history_tells_what_a_number_was_before() -> None:
    note = SourceNote("s", "t", "p", "x", "A")
    new = Value("n", "Least fall", "20", "%", date(2026, 5, 1), note, True)
    old = Value("n", "Least fall", "15", "%", date(2026, 1, 1), note, False)
    (newest, (change,)), (first, (begun,)) = history([new, old])
    assert (newest, change.now, change.before) == (new.since, new, old)
    assert (first, begun.now, begun.before) == (old.since, old, None)


@pytest.mark.parametrize("path", ["/rules", "/rules/markers", "/rules/criteria/choi_2007"])
def test_nothing_on_a_page_runs_or_comes_from_elsewhere(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    html = response.get_data(as_text=True)
    assert not any(part in html for part in ("<script", "style=", 'src="http'))


@pytest.mark.parametrize("path", ["/rules/nothing", "/rules/criteria/nothing", "/rules/lock.yaml"])
def test_a_page_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_cards_that_lead_to_the_former_address_still_lead_to_the_rules(client: FlaskClient) -> None:
    response = client.get("/rulebook")
    assert (response.status_code, response.headers["Location"]) == (308, "/rules")


def _shown_one_card(settings: Settings) -> FlaskClient:
    client = create_app(settings).test_client()
    call = told_today("order-sign-sunitinib")
    assert client.post("/cds-services/liver-response-order-sign", json=call).status_code == 200
    return client


def test_an_operator_sees_what_became_of_the_cards_of_each_rule() -> None:
    client = _shown_one_card(Settings(operators=OPERATORS))
    html = client.get("/rules/pseudoprogression", headers=SIGNED_IN).get_data(as_text=True)
    (rule,) = re.findall(r'<article class="rule" id="P1".*?</article>', html, re.S)
    told = "Last 90 days: on 1 card: 0 accepted, 0 overridden, 1 unanswered"
    assert told in text_of(rule)
    (other,) = re.findall(r'<article class="rule" id="GROWTH_OVER_50".*?</article>', html, re.S)
    assert "Last 90 days: on no card" in text_of(other)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_nobody_else_sees_figures_or_is_asked_to_sign_in(headers: dict[str, str]) -> None:
    response = _shown_one_card(Settings(operators=OPERATORS)).get(
        "/rules/pseudoprogression", headers=headers
    )
    assert response.status_code == 200
    assert FIGURES not in response.get_data(as_text=True)
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize(("host", "seen"), [("127.0.0.1", True), ("10.0.0.5", False)])
def test_without_operators_figures_are_for_development_on_this_machine(
    host: str, seen: bool
) -> None:
    html = html_of(create_app(Settings(host=host)).test_client(), "/rules/pseudoprogression")
    assert (FIGURES in html) is seen


def test_a_store_that_is_away_hides_figures_and_no_rule() -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    text = text_of(
        html_of(create_app(Settings(database=nowhere)).test_client(), "/rules/pseudoprogression")
    )
    assert "the store is away" in text
    assert "Attenuation fell" in text
    assert FIGURES not in text


def test_what_cards_refer_to_is_served() -> None:
    with create_app(Settings()).test_client().get("/static/icon.png") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "image/png"
