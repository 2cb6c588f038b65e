"""The terms as they ship: every code well formed and with a source, every word found where it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest

from rules.strict_yaml import load_strict
from rules.timeline import FindingKind, Organ, Phase, Quantity
from rules.vocabulary import Term, TermCode, Vocabulary, load_vocabulary

TOPICS = (
    "agents",
    "antineoplastics",
    "comfort",
    "conditions",
    "disease_status",
    "excluded_products",
    "excluded_routes",
    "findings",
    "imaging_orders",
    "markers",
    "measurements",
    "organs",
    "performance",
    "phases",
    "procedures",
    "values",
)

ATC = "http://www.whocc.no/atc"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
GAMUTS = "https://gamuts.net"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
LRC = "urn:liver-response-cds:finding"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RADLEX = "http://radlex.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
UNII = "http://fdasis.nlm.nih.gov"

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Verhoeff: the dihedral group D5, and the permutation that is applied once more at each place
_PRODUCT = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTATION = "1576283094"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def all_terms(vocabulary: Vocabulary) -> Iterator[tuple[str, Term]]:
    return ((topic, term) for topic in TOPICS for term in vocabulary.terms(topic))


def all_codes(vocabulary: Vocabulary) -> Iterator[TermCode]:
    return (code for _, term in all_terms(vocabulary) for code in term.codes)


def is_mod_10(code: str) -> bool:
    """LOINC's check digit: the Luhn sum of the digits before the hyphen."""
    if not re.fullmatch(r"\d{1,7}-\d", code):
        return False
    digits = [int(d) for d in reversed(code.replace("-", ""))]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_verhoeff(code: str) -> bool:
    """SNOMED CT's check digit."""
    if not re.fullmatch(r"[1-9]\d{5,17}", code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        permuted = digit
        for _ in range(place % 8):
            permuted = _PERMUTATION[int(permuted)]
        check = int(_PRODUCT[check][int(permuted)])
    return check == 0


def is_mod_36(code: str) -> bool:
    """UNII's check character: the sum of the nine before it."""
    if not re.fullmatch(r"[0-9A-Z]{10}", code):
        return False
    values = [_ALPHANUMERIC.index(character) for character in code]
    return sum(values[:-1]) % len(_ALPHANUMERIC) == values[-1]


def of_form(form: str) -> Callable[[str], bool]:
    return lambda code: re.fullmatch(form, code) is not None


WELL_FORMED = {
    ATC: of_form(r"[A-Z]\d\d(?:[A-Z]{2}\d\d)?"),
    DCM: of_form(r"1\d{5}"),
    GAMUTS: of_form(r"\d{4}"),
    HCPCS: of_form(r"[A-Z]\d{4}"),
    ICD10: of_form(r"C\d{1,2}(?:\.\d)?"),
    ICD10CM: of_form(r"C\d[0-9AB]?(?:\.[0-9A]\d?)?"),
    "http://terminology.hl7.org/CodeSystem/icd-o-3": of_form(r"\d{4}/3"),
    LOINC: is_mod_10,
    LRC: of_form(r"[a-z]+(?:-[a-z]+)*|[A-Z]{3}"),
    NCIT: of_form(r"C\d{4,6}"),
    "https://openimagingdata.org/findingmodels": of_form(r"OIFM_GMTS_\d{6}"),
    RADLEX: of_form(r"RID\d+"),
    RXNORM: of_form(r"[1-9]\d{4,6}"),
    SNOMED: is_verhoeff,
    UNII: is_mod_36,
}


@pytest.mark.parametrize("system", WELL_FORMED)
def test_every_code_is_well_formed_and_its_check_digit_right(
    vocabulary: Vocabulary, system: str
) -> None:
    codes = [code.code for code in all_codes(vocabulary) if code.system == system]

    assert codes, "a form that nothing is checked against"
    assert [code for code in codes if not WELL_FORMED[system](code)] == []


def test_every_code_system_has_a_form(vocabulary: Vocabulary) -> None:
    assert {code.system for code in all_codes(vocabulary)} == set(WELL_FORMED)


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (is_mod_10, "2039-6", "2039-7"),
        (is_mod_10, "33728-7", "33782-7"),
        (is_verhoeff, "10200004", "10200014"),
        (is_verhoeff, "94381002", "94831002"),
        (is_mod_36, "BKJ8M8G5HI", "BKJ8M8G5HJ"),
    ],
)
def test_the_checks_themselves_tell_a_slip(
    check: Callable[[str], bool], right: str, wrong: str
) -> None:
    assert check(right)
    assert not check(wrong)


def test_the_topics_are_the_files(vocabulary: Vocabulary) -> None:
    names = {f.name for f in (files("rules") / "terms").iterdir() if f.name.endswith(".yaml")}

    assert names == {f"{topic}.yaml" for topic in (*TOPICS, "systems")}
    assert all(vocabulary.terms(topic) for topic in TOPICS)


def test_every_code_has_a_display_and_a_source_that_was_seen(vocabulary: Vocabulary) -> None:
    hearsay = re.compile(r"unverified|not found|unknown", re.IGNORECASE)
    codes = list(all_codes(vocabulary))

    assert [c.code for c in codes if not c.display.strip() or not c.source.strip()] == []
    assert [c.code for c in codes if hearsay.search(c.source)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_source_is_used(topic: str) -> None:
    raw = load_strict((files("rules") / "terms" / f"{topic}.yaml").read_text("utf-8"), topic)
    assert isinstance(raw, dict)
    used = {c["source"] for term in raw["terms"].values() for c in term.get("codes", ())}

    assert set(raw.get("sources", {})) == used


def test_every_term_can_be_found(vocabulary: Vocabulary) -> None:
    assert [term.name for _, term in all_terms(vocabulary) if not term.codes + term.names] == []


def test_no_code_is_of_two_terms_of_a_topic(vocabulary: Vocabulary) -> None:
    for topic in TOPICS:
        codes = Counter((c.system, c.code) for t in vocabulary.terms(topic) for c in t.codes)
        assert [code for code, times in codes.items() if times > 1] == [], topic


def test_every_code_finds_its_own_term(vocabulary: Vocabulary) -> None:
    lost = [
        (topic, code.code)
        for topic, term in all_terms(vocabulary)
        for code in term.codes
        if vocabulary.find(topic, code.system, code.code) is not term
    ]
    assert lost == []


@pytest.mark.parametrize("frame", ["{}", "x {} x", "({}) 400 mg", "pre_{}_post"])
def test_every_name_finds_its_own_term_and_nothing_else(vocabulary: Vocabulary, frame: str) -> None:
    lost = [
        (topic, name)
        for topic, term in all_terms(vocabulary)
        for name in term.names
        if vocabulary.find_in_text(topic, frame.format(name.upper())) != (term,)
    ]
    assert lost == []


@pytest.mark.parametrize("topic", ["agents", "antineoplastics", "excluded_products", "organs"])
def test_long_lists_are_sorted_by_name(vocabulary: Vocabulary, topic: str) -> None:
    names = [term.name.casefold() for term in vocabulary.terms(topic)]

    assert names == sorted(names)


# What the terms promise to those who read them ------------------------------------------------


GROUPS = {
    "KIT": "imatinib avapritinib ripretinib nilotinib dasatinib",
    "VEGFR": "sunitinib regorafenib pazopanib sorafenib cabozantinib lenvatinib axitinib tivozanib "
    "fruquintinib vandetanib surufatinib nintedanib anlotinib rivoceranib ponatinib",
    "VEGF": "bevacizumab ramucirumab aflibercept",
    "OTHER": "everolimus temsirolimus cetuximab panitumumab trastuzumab belzutifan "
    "lutetium-dotatate pertuzumab",
    "ICI": "nivolumab pembrolizumab atezolizumab durvalumab ipilimumab avelumab cemiplimab "
    "dostarlimab tremelimumab tislelizumab retifanlimab toripalimab",
}


@pytest.mark.parametrize("group", GROUPS)
def test_the_agents_of_a_group_are_there(vocabulary: Vocabulary, group: str) -> None:
    grouped = {t.name for t in vocabulary.terms("agents") if t.attributes["group"] == group}

    assert set(GROUPS[group].split()) <= grouped


ATTRIBUTES = {
    ("agents", "group"): set(GROUPS),
    ("antineoplastics", "class"): {
        "any", "cytotoxic", "endocrine", "immune", "radioligand", "regimen", "targeted",
    },
    ("conditions", "kind"): {"metastasis", "primary"},
    ("imaging_orders", "modality"): {"CT", "MR", "PT", "US"},
    ("markers", "series"): {"mass", "arbitrary", "molar", "presence", "activity"},
    ("organs", "organ"): {Organ.LIVER.value, Organ.ELSEWHERE.value},
    ("procedures", "needs_liver"): {"yes", "no"},
    ("disease_status", "role"): {"question", "answer"},
    ("findings", "kind"): {kind.value for kind in FindingKind},
}  # fmt: skip


@pytest.mark.parametrize(("topic", "attribute"), ATTRIBUTES)
def test_every_term_has_its_attribute_with_a_known_value(
    vocabulary: Vocabulary, topic: str, attribute: str
) -> None:
    values = {term.attributes.get(attribute) for term in vocabulary.terms(topic)}

    assert values == ATTRIBUTES[topic, attribute]


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_of_finding_has_a_term_with_a_code_of_our_own(
    vocabulary: Vocabulary, kind: FindingKind
) -> None:
    term = vocabulary.term("findings", kind.value)

    assert vocabulary.find("findings", LRC, kind.value) is term
    assert dict(term.attributes) == {"kind": kind.value}


def test_a_value_that_a_finding_implies_is_a_value(vocabulary: Vocabulary) -> None:
    implied = {t.attributes["value"] for t in vocabulary.terms("findings") if len(t.attributes) > 1}

    assert implied == {"cyst-like", "solid-enhancing", "present"}
    assert implied <= {term.name for term in vocabulary.terms("values")}


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_a_term_with_a_code_of_our_own(
    vocabulary: Vocabulary, phase: Phase
) -> None:
    code = phase.value.replace(" ", "-")

    assert vocabulary.find("phases", LRC, code) is vocabulary.term("phases", phase.value)


@pytest.mark.parametrize("quantity", Quantity)
def test_every_quantity_has_a_term(vocabulary: Vocabulary, quantity: Quantity) -> None:
    term = vocabulary.term("measurements", quantity.value)

    assert term.attributes["quantity"] == quantity.value


VALUES = (
    "present", "absent", "new", "increased", "decreased", "unchanged",
    "cyst-like", "solid-enhancing", "viable-tumour", "necrosis", "optimal", "incomplete", "none",
    "progressing", "stable", "responding", "none-known", "crisis", "worse", "improved",
    "CMR", "PMR", "SMD", "PMD",
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_every_value_of_a_finding_has_a_code_of_our_own(vocabulary: Vocabulary, value: str) -> None:
    assert vocabulary.find("values", LRC, value) is vocabulary.term("values", value)


def test_a_marker_term_is_named_by_marker_and_series(vocabulary: Vocabulary) -> None:
    for term in vocabulary.terms("markers"):
        assert term.name == f"{term.attributes['marker']} {term.attributes['series']}"
    markers = {term.attributes["marker"] for term in vocabulary.terms("markers")}
    assert {"CEA", "CA 19-9", "CA 15-3", "CA-125", "CgA", "AFP", "LDH"} <= markers


def test_an_excluded_product_tells_its_ingredient(vocabulary: Vocabulary) -> None:
    ingredients = {t.attributes["ingredient"] for t in vocabulary.terms("excluded_products")}

    assert {"aflibercept", "bevacizumab", "everolimus", "nintedanib"} <= ingredients


def test_no_drug_is_both_an_agent_and_another_antineoplastic(vocabulary: Vocabulary) -> None:
    both = [
        name
        for term in vocabulary.terms("agents")
        for name in term.names
        if vocabulary.find_in_text("antineoplastics", name)
    ]
    assert both == []


def test_the_suggested_imaging_orders_have_one_code_each(vocabulary: Vocabulary) -> None:
    suggested = {
        "CT liver without and with contrast": "30612-6",
        "CT abdomen without and with contrast": "36267-3",
        "MR liver without and with contrast": "30670-4",
        "FDG PET/CT": "81554-8",
        "US liver": "28614-6",
    }
    codes = {n: [c.code for c in vocabulary.term("imaging_orders", n).codes] for n in suggested}

    assert codes == {name: [code] for name, code in suggested.items()}
