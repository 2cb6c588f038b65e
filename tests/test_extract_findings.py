"""Findings: what a person stated, of a lesion, a study or the patient."""

import pytest
from fhir_records import (
    BASELINE,
    INDEX,
    LIVER,
    NOTHING,
    SEGMENT_VI,
    component,
    concept,
    condition,
    lesion,
    observation,
    on,
    reasons,
    size,
    study,
    timeline,
)

from rules.timeline import Finding, FindingKind, Organ
from service.fhir.records import Concept, ObservationRecord, Record, Value

A = {"focus": ("BodyStructure/a",)}


def findings(*records: Record) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.value) for finding in timeline(*records).findings]


def only(*records: Record) -> Finding:
    (found,) = timeline(*records).findings
    return found


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("change-from-prior", concept("RADLEX:RID5720"), "new"),
        ("change-from-prior", concept("SCT:35105006"), "increased"),
        ("change-from-prior", concept("SCT:263796003"), "decreased"),
        ("change-from-prior", concept("SCT:58158008"), "unchanged"),
        ("lesion-character", concept("LRC:cyst-like"), "cyst-like"),
        ("lesion-character", concept("GAMUTS:5489"), "cyst-like"),
        ("lesion-character", concept("NCIT:C113842"), "solid-enhancing"),
        ("conspicuity", concept("LRC:increased"), "increased"),
        ("intralesional-nodule", concept("SCT:52101004"), "present"),
        ("intralesional-nodule", True, "present"),
        ("central-fill-in", False, "absent"),
        ("re-enhancement", "present", "present"),
        ("haemorrhage", concept("RADLEX:RID28473"), "absent"),
        ("steatosis", concept(text="Present"), "present"),
        ("baseline-correlate", concept("SCT:2667000"), "absent"),
        ("progression-after-review", True, "present"),
        ("extrahepatic-status", concept("LRC:none-known"), "none-known"),
        ("clinical-status", concept("LRC:crisis"), "crisis"),
        ("pet-response", concept("LRC:PMD"), "PMD"),
        ("biopsy-result", concept("LRC:viable-tumour"), "viable-tumour"),
        ("biopsy-result", concept("SCT:6574001"), "necrosis"),
        ("chun-response", concept("LRC:none"), "none"),
    ],
)
def test_a_statement_is_read_by_code_boolean_or_whole_text(
    kind: str, value: Value, expected: str
) -> None:
    assert findings(observation("f", f"LRC:{kind}", value)) == [(kind, expected)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("intralesional-nodule", concept("SCT:82334004")),
        ("intralesional-nodule", "no nodule is present"),
        ("intralesional-nodule", concept("LRC:increased")),
        ("intralesional-nodule", concept("SCT:52101004", "SCT:2667000")),
        ("clinical-status", concept("LRC:PMD")),
        ("clinical-status", True),
        ("lesion-character", concept(text="a bit of everything")),
        ("pet-response", 3),
        ("chun-response", None),
    ],
)
def test_a_value_that_the_statement_cannot_have_is_named(kind: str, value: Value) -> None:
    found = timeline(observation("f", f"LRC:{kind}", value))
    assert found.findings == ()
    assert len(found.unread) == 1
    assert found.unread[0].reason.startswith(kind)


@pytest.mark.parametrize("code", ["GAMUTS:5788", "GAMUTS:5791", "GAMUTS:5551", "GAMUTS:5746"])
def test_a_code_that_is_a_finding_counts_where_it_is_present(code: str) -> None:
    assert findings(observation("f", code, concept("SCT:52101004"))) == [("qualitative", "present")]
    assert findings(observation("f", code, concept("SCT:2667000"))) == []


def test_a_finding_may_be_the_value_of_any_question() -> None:
    assert findings(observation("f", "DCM:121071", concept("GAMUTS:5489"))) == [
        ("lesion-character", "cyst-like")
    ]


def test_a_finding_whose_presence_is_not_said_is_named() -> None:
    found = timeline(observation("f", "GAMUTS:5788"))
    assert found.findings == ()
    assert reasons(found) == ["qualitative: no value that could be read"]


def test_a_component_speaks_of_the_lesion_and_study_of_its_observation() -> None:
    record = size(
        "x",
        "12",
        component("LRC:change-from-prior", concept("RADLEX:RID5720")),
        component("LRC:lesion-character", concept("LRC:cyst-like")),
        derived_from=("ImagingStudy/ct",),
    )
    found = timeline(lesion("a"), study("ct"), record).findings
    assert {(f.lesion, f.study, f.day) for f in found} == {
        ("BodyStructure/a", "ImagingStudy/ct", on(INDEX))
    }
    assert [f.value for f in found] == ["new", "cyst-like"]


def test_a_new_lesion_need_not_be_measured() -> None:
    new = observation("f", "LRC:change-from-prior", concept("RADLEX:RID5720"), **A)
    found = timeline(lesion("a"), new)
    assert [(entry.id, entry.organ) for entry in found.lesions] == [
        ("BodyStructure/a", Organ.LIVER)
    ]
    assert found.findings[0].lesion == "BodyStructure/a"


def test_a_new_lesion_may_be_named_by_its_site_alone() -> None:
    new = observation(
        "f", "LRC:change-from-prior", concept("SCT:7147002"), body_site=concept(SEGMENT_VI)
    )
    found = timeline(new)
    assert [(entry.id, entry.organ) for entry in found.lesions] == [("site:277960005", Organ.LIVER)]


def test_a_larger_lesion_elsewhere_may_be_named_by_its_site_alone() -> None:
    larger = observation(
        "f", "LRC:change-from-prior", concept("RADLEX:RID36043"), body_site=concept(text="lung")
    )
    (only,) = timeline(larger).lesions
    assert only.organ is Organ.ELSEWHERE


def test_what_else_is_stated_of_the_site_of_a_new_lesion_is_of_that_lesion() -> None:
    site = concept(SEGMENT_VI)
    new = observation("f", "LRC:change-from-prior", concept("SCT:7147002"), body_site=site)
    cyst = observation("e", "LRC:lesion-character", concept("LRC:cyst-like"), body_site=site)
    found = timeline(cyst, new).findings
    assert {f.lesion for f in found} == {"site:277960005"}


def test_a_statement_of_several_lesions_is_of_each() -> None:
    both = ("BodyStructure/b", "BodyStructure/a")
    new = observation("f", "LRC:change-from-prior", concept("SCT:7147002"), focus=both)
    found = timeline(lesion("a"), lesion("b"), new)
    assert [f.lesion for f in found.findings] == ["BodyStructure/a", "BodyStructure/b"]


def test_a_statement_of_a_lesion_that_cannot_be_told_is_of_the_patient() -> None:
    def labelled(name: str, mm: str) -> ObservationRecord:
        site = concept(SEGMENT_VI, text=f"lesion {name}")
        return size(name, mm, focus=(), body_site=site)

    nodule = observation("f", "LRC:intralesional-nodule", True, body_site=concept(SEGMENT_VI))
    found = timeline(labelled("A", "53"), labelled("B", "20"), nodule)
    assert [f.lesion for f in found.findings] == [None]
    assert found.unread == ()


def test_a_site_alone_makes_no_lesion_of_another_statement() -> None:
    found = timeline(observation("f", "LRC:steatosis", True, body_site=concept(LIVER)))
    assert found.lesions == ()
    assert found.findings[0].lesion is None


def test_a_statement_of_a_measured_site_is_of_that_lesion() -> None:
    measured = size("x", "53", focus=(), body_site=concept(SEGMENT_VI, text="segment VI"))
    nodule = observation("f", "LRC:intralesional-nodule", True, body_site=concept(SEGMENT_VI))
    assert only(measured, nodule).lesion == "site:277960005"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("conspicuity", "ImagingStudy/ct"), ("clinical-status", None), ("biopsy-result", None)],
)
def test_only_what_images_show_is_of_the_study_of_its_day(kind: str, expected: str | None) -> None:
    value = {"conspicuity": "increased", "clinical-status": "stable", "biopsy-result": "necrosis"}
    record = observation("f", f"LRC:{kind}", concept(f"LRC:{value[kind]}"))
    assert only(study("ct"), record).study == expected


def test_any_statement_is_of_the_study_it_is_derived_from() -> None:
    record = observation(
        "f",
        "LRC:extrahepatic-status",
        concept("LRC:stable"),
        day=None,
        derived_from=("ImagingStudy/ct",),
    )
    found = only(study("ct"), record)
    assert (found.study, found.day) == ("ImagingStudy/ct", on(INDEX))


def test_a_statement_of_a_day_of_measurements_is_of_that_day() -> None:
    record = observation("f", "LRC:conspicuity", concept("LRC:increased"))
    assert only(lesion("a"), size("x", "53"), record).study == f"day:{INDEX}"


def test_a_preliminary_statement_is_noted() -> None:
    record = observation("f", "LRC:haemorrhage", True, status="preliminary")
    assert only(record).source.note == "preliminary"


def test_statements_that_disagree_are_both_kept_for_the_rules_to_weigh() -> None:
    first = observation("f", "LRC:intralesional-nodule", True, **A)
    second = observation("g", "LRC:intralesional-nodule", False, **A)
    assert [value for _, value in findings(first, second)] == ["present", "absent"]


WORSE = concept("SCT:271299001")
LUNG = concept("SCT:39607008 Lung")


@pytest.mark.parametrize("code", ["LNC:97509-4", "LNC:88040-1", "LNC:21976-6"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("SCT:268910001", "responding"),
        ("SCT:359746009", "stable"),
        ("SCT:271299001", "progressing"),
    ],
)
def test_a_disease_status_outside_the_liver_is_the_extrahepatic_status(
    code: str, answer: str, expected: str
) -> None:
    found = only(observation("s", code, concept(answer), body_site=LUNG))
    assert (found.kind, found.value) == (FindingKind.EXTRAHEPATIC, expected)


@pytest.mark.parametrize(
    "focus",
    [
        pytest.param(lesion("a", location=LUNG), id="a lesion in the lung"),
        pytest.param(
            condition(concept("ICD10CM:C78.0 Secondary malignant neoplasm of lung")),
            id="lung metastases",
        ),
    ],
)
def test_the_focus_may_say_that_it_is_outside_the_liver(focus: Record) -> None:
    record = observation("s", "LNC:97509-4", WORSE, focus=(focus.reference,))
    assert [value for _, value in findings(focus, record)] == ["progressing"]


@pytest.mark.parametrize(
    ("focus", "site"),
    [
        pytest.param(lesion("a"), NOTHING, id="a lesion of the liver"),
        pytest.param(condition(concept("SCT:94381002")), NOTHING, id="liver metastases"),
        pytest.param(condition(concept("SCT:420120006")), NOTHING, id="the primary: all of it"),
        pytest.param(
            condition(concept("SCT:363406005 Malignant tumor of colon")), NOTHING, id="colon cancer"
        ),
        pytest.param(lesion("z"), concept(LIVER), id="site liver"),
        pytest.param(lesion("z", location=NOTHING), NOTHING, id="nothing is said"),
    ],
)
def test_a_status_of_the_liver_or_of_the_whole_says_nothing_of_elsewhere(
    focus: Record, site: Concept
) -> None:
    record = observation("s", "LNC:97509-4", WORSE, focus=(focus.reference,), body_site=site)
    found = timeline(focus, record)
    assert found.findings == ()
    assert found.unread == ()


def test_a_status_of_the_whole_disease_is_remarked() -> None:
    assert timeline(observation("s", "LNC:97509-4", WORSE)).remarks == (
        "Observation/s: status of the disease as a whole, not used",
    )


def test_a_trend_that_is_not_known_is_named() -> None:
    record = observation("s", "LNC:97509-4", concept("SCT:709137006"), body_site=LUNG)
    assert reasons(timeline(record)) == ["disease status: not a trend that is known"]


def test_findings_come_in_the_order_of_their_days() -> None:
    late = observation("a", "LRC:clinical-status", concept("LRC:worse"))
    early = observation("b", "LRC:clinical-status", concept("LRC:stable"), day=BASELINE)
    assert [value for _, value in findings(late, early)] == ["stable", "worse"]
