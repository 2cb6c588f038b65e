"""The vocabulary: how a term is found by code and by word, and what a file of terms may not hold."""

from __future__ import annotations

import dataclasses

import pytest

from rules.strict_yaml import StrictYamlError
from rules.vocabulary import (
    Confidence,
    TermsError,
    Vocabulary,
    load_vocabulary,
    read_vocabulary,
)

ICD = "http://example.org/icd"
OTHER = "http://example.org/other"

SYSTEMS = f"""
systems:
  ICD: {{uri: "{ICD}", aliases: ["urn:oid:1.2.3", "http://www.example.org/icd"]}}
  OTHER: {{uri: "{OTHER}"}}
"""

TUMOURS = """
sources: {book: "a book, page 1"}
passed_over: [rock (bottom|solid), portal vein]
terms:
  kidney:
    attributes: {kind: primary}
    names: [kidney, portal, rock, STI-571, venös]
    codes:
      - {system: ICD, code: "C64", display: Kidney, source: book, prefix: true}
      - {system: OTHER, code: "C64", display: Kidney, source: book, confidence: weak}
  stromal:
    names: [kidney stone, (gastric|bowel) stromal (tumor|tumour), portal vein phase, 70 s]
    codes:
      - {system: ICD, code: "C64.9", display: Stromal, source: book}
      - {system: ICD, code: "C64.A", display: Stromal, source: book, prefix: true}
"""


@pytest.fixture
def small() -> Vocabulary:
    return read_vocabulary({"systems": SYSTEMS, "tumours": TUMOURS})


def found(vocabulary: Vocabulary, text: str) -> list[str]:
    return [term.name for term in vocabulary.find_in_text("tumours", text)]


@pytest.mark.parametrize(
    ("system", "code", "name"),
    [
        pytest.param(ICD, "C64", "kidney", id="the family itself"),
        pytest.param(ICD, "C64.1", "kidney", id="a member of the family"),
        pytest.param(ICD, "C641", "kidney", id="a member without its dot"),
        pytest.param(ICD, "C64.9", "stromal", id="a code goes before its family"),
        pytest.param(ICD, "C649", "stromal", id="a code without its dot"),
        pytest.param(ICD, "C64.91", "kidney", id="a code that is no prefix is no family"),
        pytest.param(ICD, "C64.A2", "stromal", id="a smaller family goes before a larger one"),
        pytest.param(ICD, "C6", None, id="a part of a prefix is not the prefix"),
        pytest.param(ICD, "", None, id="no code"),
        pytest.param(OTHER, "C64", "kidney", id="a weak code counts"),
        pytest.param(OTHER, "C64.1", None, id="a prefix holds in its own system only"),
        pytest.param("urn:oid:1.2.3", "C64", None, id="an alias is not the system"),
    ],
)
def test_a_code_finds_its_term(small: Vocabulary, system: str, code: str, name: str | None) -> None:
    term = small.find("tumours", system, code)

    assert (term.name if term else None) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("left kidney", ["kidney"], id="a word in a text"),
        pytest.param("KIDNEY", ["kidney"], id="case does not count"),
        pytest.param("kidneys", [], id="a longer word is another word"),
        pytest.param("ante-kidney_R", ["kidney"], id="hyphens and underscores part words"),
        pytest.param("VENÖS | venos", ["kidney"], id="accents do not count"),
        pytest.param("STI571 sti 571 STI‑571", ["kidney"], id="joined, parted, hyphenated"),
        pytest.param("xSTI571", [], id="no boundary before the name"),
        pytest.param("kidney stone", ["stromal"], id="the longest name counts"),
        pytest.param("kidney, stone", ["stromal"], id="punctuation parts words only"),
        pytest.param("kidney. Kidney stone. Kidney.", ["kidney", "stromal"], id="each term once"),
        pytest.param("kidney stone in a kidney", ["stromal", "kidney"], id="first to last"),
        pytest.param("Gastric stromal tumour", ["stromal"], id="one choice of a name"),
        pytest.param("bowel stromal tumor", ["stromal"], id="another choice of a name"),
        pytest.param("stromal tumor", [], id="a choice is not optional"),
        pytest.param("70s", ["stromal"], id="a number and its unit joined"),
        pytest.param("1.70 s", [], id="a decimal is one number"),
        pytest.param("170 s", [], id="a longer number is another number"),
        pytest.param("rock solid", [], id="a phrase is passed over"),
        pytest.param("rock bottom rock", ["kidney"], id="what follows the phrase counts"),
        pytest.param("portal vein", [], id="a phrase goes before a shorter name"),
        pytest.param("portal vein phase", ["stromal"], id="a longer name goes before a phrase"),
        pytest.param("", [], id="no text"),
        pytest.param("…", [], id="no words"),
    ],
)
def test_whole_words_find_their_terms(small: Vocabulary, text: str, names: list[str]) -> None:
    assert found(small, text) == names


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        (ICD, ICD),
        ("urn:oid:1.2.3", ICD),
        ("URN:OID:1.2.3", ICD),
        ("http://www.example.org/icd/", ICD),
        ("http://example.org/unknown/", "http://example.org/unknown/"),
        ("", ""),
    ],
)
def test_a_code_system_goes_by_its_aliases(small: Vocabulary, written: str, uri: str) -> None:
    assert small.normalise_system(written) == uri


def test_a_term_has_its_attributes_names_and_codes(small: Vocabulary) -> None:
    term = small.term("tumours", "kidney")

    assert dict(term.attributes) == {"kind": "primary"}
    assert "STI-571" in term.names
    assert [(c.system, c.source, c.confidence, c.prefix) for c in term.codes] == [
        (ICD, "a book, page 1", Confidence.VERIFIED, True),
        (OTHER, "a book, page 1", Confidence.WEAK, False),
    ]


def test_terms_come_in_the_order_of_the_file(small: Vocabulary) -> None:
    assert [term.name for term in small.terms("tumours")] == ["kidney", "stromal"]


def test_a_term_is_the_same_object_however_it_is_found(small: Vocabulary) -> None:
    term = small.term("tumours", "kidney")

    assert small.find("tumours", ICD, "C64.1") is term
    assert small.find_in_text("tumours", "kidney")[0] is term


def test_a_term_cannot_be_changed(small: Vocabulary) -> None:
    term = small.term("tumours", "kidney")

    with pytest.raises(dataclasses.FrozenInstanceError):
        term.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        term.attributes["kind"] = "metastasis"  # type: ignore[index]


def test_an_unknown_topic_is_named_with_those_there_are(small: Vocabulary) -> None:
    for ask in (small.terms, lambda topic: small.find_in_text(topic, "kidney")):
        with pytest.raises(KeyError, match="no topic 'tumors'; there are tumours"):
            ask("tumors")


def test_an_unknown_term_is_named_with_where_it_would_be(small: Vocabulary) -> None:
    with pytest.raises(KeyError, match=r"rules/terms/tumours.yaml has no term 'liver'"):
        small.term("tumours", "liver")


def test_the_vocabulary_of_the_package_is_read_once() -> None:
    assert load_vocabulary() is load_vocabulary()


def topic(body: str) -> str:
    return 'sources: {book: "a book"}\nterms:\n' + body


CODE = 'system: ICD, code: "1", display: One, source: book'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(
            topic(f"  a: {{codes: [{{{CODE}}}]}}\n  b: {{codes: [{{{CODE}}}]}}\n"),
            rf"tumours.yaml: \('{ICD}', '1'\) is there twice",
            id="a code of two terms",
        ),
        pytest.param(
            topic("  a: {names: [Same-Name]}\n  b: {names: [same name]}\n"),
            "tumours.yaml: 'same name' is there twice",
            id="a name of two terms",
        ),
        pytest.param(
            topic("  a: {names: [name]}\npassed_over: [name]\n"),
            "tumours.yaml: 'name' is there twice",
            id="a name that is passed over",
        ),
        pytest.param(
            topic('  a: {names: ["…"]}\n'), "'…' has no letter or digit", id="a name of no words"
        ),
        pytest.param(
            topic("  a: {codes: [{system: ICD, code: 1, display: One, source: book}]}\n"),
            "tumours.yaml.terms.a.codes.code: missing, empty or not str",
            id="a code without quotes",
        ),
        pytest.param(
            topic('  a: {codes: [{system: ICD, code: "1", source: book}]}\n'),
            "codes.display: missing, empty or not str",
            id="a code without display",
        ),
        pytest.param(
            topic('  a: {codes: [{system: ICD, code: "1", display: One}]}\n'),
            "codes.source: missing, empty or not str",
            id="a code without source",
        ),
        pytest.param(
            topic('  a: {codes: [{system: ICD, code: "1", display: One, source: hearsay}]}\n'),
            "codes.source: 'hearsay' is not one of book",
            id="a source that is not listed",
        ),
        pytest.param(
            topic('  a: {codes: [{system: ICF, code: "1", display: One, source: book}]}\n'),
            "codes.system: 'ICF' is not one of ICD, OTHER",
            id="an unknown code system",
        ),
        pytest.param(
            topic(f"  a: {{codes: [{{{CODE}, confidence: unverified}}]}}\n"),
            "confidence: 'unverified' is not one of verified, weak",
            id="an unverified code",
        ),
        pytest.param(
            topic(f"  a: {{codes: [{{{CODE}, prefix: yes}}]}}\n"),
            "codes.prefix: missing, empty or not bool",
            id="a prefix that is neither true nor false",
        ),
        pytest.param(
            topic("  a: {name: [x]}\n"), r"terms.a: unknown keys \['name'\]", id="an unknown key"
        ),
        pytest.param(
            topic("  a: {attributes: {rank: 1}}\n"),
            "terms.a.attributes.rank: missing, empty or not str",
            id="an attribute that is no text",
        ),
        pytest.param(topic("  1: {names: [x]}\n"), "terms: missing", id="a term without name"),
        pytest.param("- a\n", "tumours.yaml: missing, empty or not dict", id="a list of terms"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(TermsError, match=complaint):
        read_vocabulary({"systems": SYSTEMS, "tumours": text})


def test_an_alias_of_two_code_systems_is_refused() -> None:
    text = 'systems:\n  A: {uri: "urn:a", aliases: ["urn:b"]}\n  B: {uri: "urn:b"}\n'

    with pytest.raises(TermsError, match=r"systems.yaml: 'urn:b' is there twice"):
        read_vocabulary({"systems": text})


def test_terms_without_code_systems_are_refused() -> None:
    with pytest.raises(TermsError, match=r"rules/terms/systems.yaml is missing"):
        read_vocabulary({"tumours": TUMOURS})


def test_a_file_that_is_no_yaml_is_refused_with_its_place() -> None:
    with pytest.raises(StrictYamlError, match=r"^rules/terms/tumours.yaml, line 2: key 'a' twice"):
        read_vocabulary({"systems": SYSTEMS, "tumours": "a: 1\na: 2\n"})
