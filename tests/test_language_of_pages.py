"""Every string of the templates stands in the catalogue, so that a language is added without touching them.

``python tests/test_language_of_pages.py`` writes the catalogue anew.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.nodes import Output, TemplateData

SERVICE = Path(__file__).resolve().parent.parent / "service"
CATALOGUE = SERVICE / "translations" / "messages.pot"
TEMPLATES = sorted((SERVICE / "templates").glob("*.html"))
# What a reader sees or hears: text between tags, and the attributes that are read out.
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^<>]*>", re.S)
_SPOKEN = re.compile(r'\b(?:title|alt|placeholder|aria-label)="([^"]*)"')
_WORD = re.compile(r"[^\W\d_]{2,}")


def extract(target: Path) -> None:
    """Write the strings of all templates as a catalogue."""
    babel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    options = ["--omit-header", "--sort-by-file", "--no-wrap", "--no-location"]
    mapping = SERVICE / "translations" / "babel.cfg"
    command = [*babel, *options, "-F", str(mapping), "-o", str(target), "."]
    subprocess.run(command, check=True, cwd=SERVICE, timeout=60)


def bare(path: Path) -> Iterator[str]:
    """The words of a template that are in no catalogue: what is left when tags are taken out."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(
        path.read_text("utf-8")
    )
    # What Jinja fills in may stand within a tag: it is a hole there, and no end of the text.
    holes = ["\0" if not isinstance(node, TemplateData) else node.data for node in _printed(tree)]
    text = "".join(holes)
    spoken = " ".join(_SPOKEN.findall(text))
    yield from _WORD.findall(f"{_TAGS.sub(' ', text)} {spoken}")


def _printed(tree: object) -> Iterator[object]:
    for output in tree.find_all(Output):  # type: ignore[attr-defined]
        yield from output.nodes


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_bare_text_stands_in_a_template(path: Path) -> None:
    assert list(bare(path)) == []


def test_bare_text_would_be_found(tmp_path: Path) -> None:
    template = tmp_path / "bare.html"
    template.write_text('<p title="{{ x }}">{{ _("kept") }} said <b aria-label="heard">1</b></p>')
    assert list(bare(template)) == ["said", "heard"]


def test_the_catalogue_is_current(tmp_path: Path) -> None:
    fresh = tmp_path / "messages.pot"
    extract(fresh)
    assert fresh.read_text("utf-8") == CATALOGUE.read_text("utf-8"), "run python " + __file__


def test_every_string_is_english_and_nothing_else() -> None:
    with CATALOGUE.open("rb") as file:
        strings = [str(message.id) for message in read_po(file) if message.id]
    assert len(strings) > 50
    assert all(string == string.strip() for string in strings)


if __name__ == "__main__":
    extract(CATALOGUE)
