"""Problem list and procedures: which tumours, and what was done to the liver."""

import pytest
from fhir_records import LIVER, NOTHING, concept, condition, on, procedure, reasons, timeline

from service.fhir.records import Concept, ConditionRecord, ProcedureRecord


def tumours(*records: ConditionRecord) -> list[str]:
    return [diagnosis.tumour for diagnosis in timeline(*records).diagnoses]


def notes(record: ConditionRecord) -> list[str]:
    return [diagnosis.source.note for diagnosis in timeline(record).diagnoses]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SCT:94381002", "liver metastasis"),
        ("ICD10CM:C78.7", "liver metastasis"),
        ("ICD10CM:C7B.02", "liver metastasis"),
        ("SCT:420120006", "GIST"),
        ("ICD10CM:C49.A2", "GIST"),
        ("ICD10CM:C18.9", "CRC"),
        ("ICD10CM:C20", "CRC"),
        ("ICD10CM:C64.1", "RCC"),
        ("ICD10CM:C7A.00", "NET"),
        ("ICD10CM:C22.0", "HCC"),
        ("ICD10CM:C50.911", "breast"),
        ("ICD10CM:C43.9", "melanoma"),
        ("ICD10CM:C25.0", "pancreatobiliary"),
        ("ICD10CM:C25.4", "other"),
        ("ICD10CM:C56.1", "ovary"),
        ("ICD10CM:C34.1", "other"),
    ],
)
def test_a_tumour_is_known_by_its_code(code: str, expected: str) -> None:
    assert tumours(condition(concept(code))) == [expected]


def test_two_codes_of_one_tumour_are_one_diagnosis() -> None:
    assert tumours(condition(concept("SCT:94381002", "ICD10CM:C78.7"))) == ["liver metastasis"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Liver metastases", ["liver metastasis"]),
        ("GIST of the stomach", ["GIST"]),
        ("Neuroendocrine tumour, not otherwise specified", ["NET"]),
        ("Colon cancer with liver metastases", ["CRC", "liver metastasis"]),
        ("Metastasis to liver from colon cancer", ["CRC", "liver metastasis"]),
        ("Secondary malignant neoplasm of lung", []),
        ("Metastatic malignant neoplasm to breast", []),
        ("Hypertension", []),
        ("Medullary thyroid carcinoma", ["medullary thyroid"]),
        ("Malignant neoplasm of left ovary", ["ovary"]),
    ],
)
def test_words_count_where_no_code_is_known(words: str, expected: list[str]) -> None:
    assert tumours(condition(concept(text=words))) == expected
    assert tumours(condition(concept(f"NDC:0 {words}"))) == expected


@pytest.mark.parametrize(
    "words", ["Family history of breast cancer", "No liver metastases", "Colon cancer ruled out"]
)
def test_words_that_may_deny_a_tumour_do_not_assert_it(words: str) -> None:
    found = timeline(condition(concept(text=words)))
    assert found.diagnoses == ()
    assert found.remarks == ("Condition/c: not used, its words may deny the tumour",)


def test_a_code_goes_before_its_words() -> None:
    assert tumours(condition(concept("ICD10CM:C20", text="breast cancer?"))) == ["CRC"]


def test_a_secondary_tumour_with_the_liver_as_its_site_is_liver_metastasis() -> None:
    code = concept("SCT:128462008 Secondary malignant neoplastic disease")
    in_liver = condition(code, body_site=concept(LIVER))
    assert tumours(in_liver) == ["liver metastasis"]
    assert notes(in_liver) == ["matched by body site"]
    assert tumours(condition(code, body_site=concept(text="lung"))) == []


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, ""),
        ({"clinical_status": "resolved"}, "resolved"),
        ({"clinical_status": "remission"}, "remission"),
        ({"clinical_status": "recurrence"}, ""),
        ({"verification_status": "provisional"}, "provisional"),
        ({"verification_status": "", "clinical_status": ""}, ""),
    ],
)
def test_a_past_or_unconfirmed_tumour_counts_with_a_note(fields: dict[str, str], note: str) -> None:
    assert notes(condition(concept("SCT:420120006"), **fields)) == [note]


@pytest.mark.parametrize(
    ("related", "expected"),
    [((), None), (("Condition/colon",), "Condition/colon"), (("Condition/a", "Condition/b"), None)],
)
def test_the_metastasis_names_its_primary(related: tuple[str, ...], expected: str | None) -> None:
    record = condition(concept("SCT:94381002"), related_primary=related)
    assert timeline(record).diagnoses[0].primary == expected


def treated(record: ProcedureRecord) -> list[str]:
    return [therapy.name for therapy in timeline(record).local_therapies]


@pytest.mark.parametrize(
    ("words", "site", "expected"),
    [
        ("TACE", NOTHING, ["TACE"]),
        ("transarterial chemoembolisation", NOTHING, ["TACE"]),
        ("Y-90 radioembolization", NOTHING, ["radioembolisation"]),
        ("Microwave ablation of liver lesion", NOTHING, ["ablation"]),
        ("Radiofrequency ablation", concept(LIVER), ["ablation"]),
        ("SBRT", concept(text="hepatic segment VI"), ["SBRT"]),
        ("SBRT of lung nodule", NOTHING, []),
        ("Cardiac ablation", NOTHING, []),
        ("Ablation", concept(text="kidney"), []),
        ("Appendectomy", NOTHING, []),
    ],
)
def test_a_procedure_counts_where_it_was_done_to_the_liver(
    words: str, site: Concept, expected: list[str]
) -> None:
    found = timeline(procedure(concept(text=words), body_site=site))
    assert [therapy.name for therapy in found.local_therapies] == expected
    assert found.unread == ()


def test_a_local_therapy_has_its_day_or_none() -> None:
    (dated,) = timeline(procedure(concept(text="TACE"))).local_therapies
    (undated,) = timeline(procedure(concept(text="TACE"), performed=None)).local_therapies
    assert (dated.day, undated.day) == (on("2026-05-02"), None)


def test_an_ablation_of_nobody_knows_what_is_named() -> None:
    found = timeline(procedure(concept(text="Radiofrequency ablation")))
    assert found.local_therapies == ()
    assert reasons(found) == ["ablation, but not of which organ"]


@pytest.mark.parametrize(
    ("status", "counts"), [("completed", True), ("in-progress", True), ("unknown", False)]
)
def test_a_procedure_that_may_not_have_been_done_is_named(status: str, counts: bool) -> None:
    found = timeline(procedure(concept(text="TACE"), status=status))
    assert bool(found.local_therapies) is counts
    assert bool(found.unread) is not counts
