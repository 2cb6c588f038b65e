"""Text from a record stays text, whatever it holds, in what GitHub's own renderer makes of it."""

import html
import re

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cds.markdown import Markdown, bullets, escaped, plain, table

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- gone -->",
    "a | b | c",
    "**bold** _it_ ~~struck~~ `code`",
    "[label](http://evil.example)",
    "![image](http://evil.example/x.png)",
    "http://evil.example and https://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "www.evil.example",
    "someone@evil.example",
    "mailto:someone@evil.example",
    "&lt;b&gt; &amp; &#60;b&#62;",
    "\\<b\\> \\",
    "# heading",
    "1. one",
    "- item",
    "+ item",
    "> quote",
    "line\n\n# heading\n| a | b |\n| - | - |",
    "\tindented",
    "    code block",
    "[^1] [x]: http://evil.example",
    "$x$ :smile: <https://evil.example>",
    "```\nfence",
    "---",
    "===",
)
TAGS = re.compile(r"</?([a-z][a-z0-9]*)")


def rendered(markdown: str) -> str:
    """What GitHub's renderer makes of it, HTML that was passed through included."""
    options = cmarkgfm.Options.CMARK_OPT_UNSAFE
    result: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options=options)
    return result


def shown(markup: str) -> str:
    """The text that a reader sees."""
    text = html.unescape(re.sub(r"<[^>]*>", "", markup))
    return " ".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_a_list(text: str) -> None:
    markup = rendered(bullets([escaped(text)]))
    assert set(TAGS.findall(markup)) == {"ul", "li"}
    assert shown(markup) == plain(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell(text: str) -> None:
    markup = rendered(table(("A", "B"), [(escaped(text), Markdown("kept"))]))
    assert set(TAGS.findall(markup)) == {"table", "thead", "tbody", "tr", "th", "td"}
    assert markup.count("<td>") == 2
    assert "<td>kept</td>" in markup


@given(st.text(alphabet=st.sampled_from("<>&|*_`[]()!#~\\ \n\t.:/@-+=w1aAhtp\"'"), max_size=40))
def test_no_mixture_of_marks_becomes_markup(text: str) -> None:
    markup = rendered(f"- x {escaped(text)}")
    assert set(TAGS.findall(markup)) == {"ul", "li"}
    assert shown(markup) == f"x {plain(text)}".strip()


@given(st.text(max_size=400))
def test_text_is_one_line_of_bounded_length(text: str) -> None:
    line = plain(text, 120)
    assert len(line) <= 120
    assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u202eb", "a b"),
        ("a\x00b", "a b"),
        ("a\u2028b", "a b"),
        ("  a  b ", "a b"),
        ("ä · −3 °C", "ä · −3 °C"),
    ],
)
def test_invisible_characters_are_taken_out(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"
