"""Strict YAML: what looks like text stays text, and what is doubtful is refused with its place."""

from __future__ import annotations

from datetime import date

import pytest

from rules.strict_yaml import StrictYamlError, load_strict

PLACE = "rules/somewhere.yaml"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("", None),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("010", "010"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1e-9", 1e-9),
        (".inf", ".inf"),
        ('"12"', "12"),
        ("2026-05-10", date(2026, 5, 10)),
        ("2026-05", "2026-05"),
        ("C49.A", "C49.A"),
        ("<<", "<<"),
    ],
)
def test_a_value_without_quotes_is_what_it_looks_like(written: str, value: object) -> None:
    assert load_strict(f"key: {written}", PLACE) == {"key": value}


def test_no_is_a_key_like_any_other() -> None:
    assert load_strict("no: 1\non: 2\n", PLACE) == {"no": 1, "on": 2}


def test_lists_and_mappings_nest() -> None:
    text = "outer:\n  - {inner: [a, 1]}\n  - text\n"

    assert load_strict(text, PLACE) == {"outer": [{"inner": ["a", 1]}, "text"]}


def test_an_empty_document_is_nothing() -> None:
    assert load_strict("# only a comment\n", PLACE) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: key 'a' twice"),
        ("outer:\n  inner: 1\n  inner: 1\n", "line 3: key 'inner' twice"),
        ("list:\n  - {code: 1, code: 2}\n", "line 2: key 'code' twice"),
        ('a: 1\n"a": 2\n', "line 2: key 'a' twice"),
        ("? [a, b]\n: 1\n", "line 1: a key must be a plain value"),
        ("a: 1\nb: 2026-02-30\n", "line 2: '2026-02-30': day is out of range"),
        ("- 2026-01-01\n- 2026-13-01\n", "line 2: '2026-13-01': month must be"),
        ("a: [1, 2\n", "line 2"),
        ("a: 1\n b: 2\n", "line 2"),
        ("a: !!python/name:os.system x\n", "line 1: could not determine a constructor"),
        ("a: 1\n---\nb: 2\n", "line 2"),
    ],
)
def test_what_is_doubtful_is_refused_with_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises(StrictYamlError) as refusal:
        load_strict(text, PLACE)

    assert str(refusal.value).startswith(f"{PLACE}, {complaint}")


def test_a_character_that_no_text_has_is_refused_with_the_file() -> None:
    with pytest.raises(StrictYamlError, match=f"^{PLACE}: unacceptable character"):
        load_strict("a: \x01\n", PLACE)
