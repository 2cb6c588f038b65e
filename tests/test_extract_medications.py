"""Medications: which agent, by code or by word, and what is not cancer therapy."""

import pytest
from fhir_records import NOTHING, concept

from rules.vocabulary import load_vocabulary
from service.extract import Agent, Identified, MedicationReader
from service.fhir.records import Coding, Concept

READER = MedicationReader(load_vocabulary())


def identified(drug: Concept, route: Concept = NOTHING) -> Identified:
    return READER.identify(drug, route)


def names(found: Identified) -> list[str]:
    return [agent.ingredient for agent in found.agents]


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        pytest.param("RXN:282388", "imatinib", id="RxNorm ingredient"),
        pytest.param("RXN:403879", "imatinib", id="RxNorm product"),
        pytest.param("ATC:L01EA01", "imatinib", id="ATC now"),
        pytest.param("ATC:L01XE01", "imatinib", id="ATC before 2021"),
        pytest.param("SCT:414460008", "imatinib", id="SNOMED"),
        pytest.param("UNII:BKJ8M8G5HI", "imatinib", id="UNII of a salt"),
        pytest.param("HCPCS:J9035", "bevacizumab", id="HCPCS"),
    ],
)
def test_a_code_of_any_system_identifies(drug: str, expected: str) -> None:
    found = identified(concept(drug))
    assert names(found) == [expected]
    assert not found.by_text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("imatinib mesylate 400 mg tablet", ["imatinib"]),
        ("Glivec 400", ["imatinib"]),
        ("bevacizumab-awwb", ["bevacizumab"]),
        ("lapatinib 250 mg", []),
        ("apatinib 250 mg", ["rivoceranib"]),
        ("nivolumab + ipilimumab", ["ipilimumab", "nivolumab"]),
        ("ondansetron 4 mg", []),
    ],
)
def test_words_identify_by_whole_words_and_say_so(words: str, expected: list[str]) -> None:
    found = identified(concept(text=words))
    assert names(found) == expected
    assert found.by_text is bool(expected)


def test_the_display_of_an_unknown_code_counts_as_words() -> None:
    found = identified(concept("NDC:0078-0401 Gleevec 100 MG"))
    assert names(found) == ["imatinib"]
    assert found.by_text


def test_a_code_without_its_system_is_not_trusted() -> None:
    assert names(identified(Concept((Coding("", "282388"),)))) == []


def test_the_group_comes_with_the_ingredient() -> None:
    assert identified(concept("RXN:357977")).agents == (Agent("sunitinib", "VEGFR"),)


def test_one_agent_in_two_code_systems_is_one_agent() -> None:
    drug = concept("RXN:403879 imatinib 400 MG Oral Tablet", "ATC:L01EA01 imatinib")
    assert names(identified(drug)) == ["imatinib"]


def test_two_agents_of_one_code_system_are_two_agents() -> None:
    assert names(identified(concept("RXN:282388", "RXN:357977"))) == ["imatinib", "sunitinib"]


@pytest.mark.parametrize(
    "drug",
    [
        pytest.param(concept("RXN:282388", text="sunitinib 50 mg"), id="code and text"),
        pytest.param(concept("RXN:282388 Sutent"), id="code and its display"),
        pytest.param(concept("RXN:282388", "ATC:L01EX01"), id="two code systems"),
    ],
)
def test_a_contradiction_is_named_and_nothing_used(drug: Concept) -> None:
    found = identified(drug)
    assert found.agents == ()
    assert found.conflict


@pytest.mark.parametrize(
    ("drug", "route"),
    [
        pytest.param(concept("RXN:253337 bevacizumab"), concept("SCT:418401004"), id="route"),
        pytest.param(concept("RXN:253337"), concept(text="intravitreal"), id="route in words"),
        pytest.param(
            concept(text="bevacizumab 1.25 mg intravitreal injection"), NOTHING, id="in its name"
        ),
        pytest.param(concept("RXN:1232150 aflibercept", text="Eylea 2 mg"), NOTHING, id="Eylea"),
        pytest.param(concept("RXN:1232154 aflibercept Injection"), NOTHING, id="Eylea by code"),
        pytest.param(concept("RXN:141704", text="Zortress 0.5 mg"), NOTHING, id="Zortress"),
        pytest.param(concept("RXN:1592748 nintedanib [Ofev]"), NOTHING, id="Ofev"),
    ],
)
def test_what_is_no_cancer_therapy_is_excluded_with_the_reason(
    drug: Concept, route: Concept
) -> None:
    found = identified(drug, route)
    assert found.agents == ()
    assert found.excluded
    assert not found.conflict


@pytest.mark.parametrize(
    "drug",
    [
        pytest.param(concept("RXN:1232150", text="Zaltrap 100 mg"), id="Zaltrap"),
        pytest.param(concept("RXN:141704", text="Afinitor 10 mg"), id="Afinitor"),
        pytest.param(concept("RXN:253337 bevacizumab"), id="bevacizumab"),
    ],
)
def test_the_oncological_product_of_the_same_ingredient_counts(drug: Concept) -> None:
    found = identified(drug, concept(text="intravenous"))
    assert len(found.agents) == 1
    assert not found.excluded


def test_another_drug_given_into_the_eye_is_no_matter() -> None:
    found = identified(concept(text="latanoprost"), concept(text="ophthalmic"))
    assert found == Identified()
