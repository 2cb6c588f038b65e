"""Lesions: which measurements are of one, where it is, and what is said of it."""

import pytest
from fhir_records import (
    BASELINE,
    HU,
    LIVER,
    NOTHING,
    SEGMENT_VI,
    amount,
    component,
    concept,
    lesion,
    observation,
    reasons,
    size,
    timeline,
)

from rules.timeline import Lesion, Organ
from service.fhir.records import Coding, Component, Concept, ObservationRecord, Record, Value

UID = "urn:dicom:uid"
NO_ORGAN = "its lesion may be in the liver: the organ it is in is not stated"
CANNOT_TELL = "cannot be paired: nothing tells the lesions apart"
TARGET, NOT_TARGET = component("LRC:target", value=True), component("LRC:target", value=False)


def uid(value: str) -> Component:
    return component("DCM:112040", value)


def label(value: Value) -> Component:
    return component("DCM:112039", value)


def unfocused(name: str, mm: str, *components: Component, **fields: object) -> ObservationRecord:
    """A size that names no BodyStructure, nor a site unless said otherwise."""
    return size(name, mm, *components, **{"focus": (), "body_site": NOTHING, **fields})


def lesions(*records: Record) -> list[str]:
    found = timeline(*records)
    assert {entry.reason for entry in found.unread} <= {NO_ORGAN}
    return [lesion.id for lesion in found.lesions]


def only(*records: Record) -> Lesion:
    (found,) = timeline(*records).lesions
    return found


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(
            (size("x", "53", day=BASELINE), size("y", "60")), "BodyStructure/a", id="focus"
        ),
        pytest.param(
            (
                unfocused("x", "53", uid("1.2.3"), day=BASELINE),
                unfocused("y", "60", uid("urn:oid:1.2.3")),
            ),
            "uid:1.2.3",
            id="tracking UID",
        ),
        pytest.param(
            (
                unfocused("x", "53", day=BASELINE, identifiers=(Coding(UID, "1.2.3"),)),
                unfocused("y", "60", identifiers=(Coding(UID, "urn:oid:1.2.3"),)),
            ),
            "uid:1.2.3",
            id="tracking UID as the identifier",
        ),
        pytest.param(
            (
                unfocused("x", "53", label("Lesion 1"), day=BASELINE),
                unfocused("y", "60", label("lesion 1 ")),
            ),
            "tracking:lesion 1",
            id="tracking identifier",
        ),
        pytest.param(
            (
                unfocused("x", "53", label(1), day=BASELINE),
                unfocused("y", "60", label(concept(text="1"))),
            ),
            "tracking:1",
            id="tracking identifier that is no string",
        ),
        pytest.param(
            (
                unfocused("x", "53", body_site=concept(SEGMENT_VI), day=BASELINE),
                unfocused("y", "60", body_site=concept(SEGMENT_VI, text="segment VI")),
            ),
            "site:277960005",
            id="site",
        ),
        pytest.param(
            (unfocused("x", "53", day=BASELINE), unfocused("y", "60")),
            "lesion:unnamed",
            id="the only one there is",
        ),
    ],
)
def test_a_lesion_is_known_between_studies(records: tuple[Record, ...], expected: str) -> None:
    assert lesions(*records) == [expected]


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(
            (
                lesion("a", identifiers=(Coding(UID, "urn:oid:1.2.3"),)),
                size("x", "53", day=BASELINE),
                unfocused("y", "60", uid("1.2.3")),
            ),
            id="the BodyStructure bears the UID that another names",
        ),
        pytest.param(
            (
                lesion("a", identifiers=(Coding("", "Lesion 1"),)),
                size("x", "53", day=BASELINE),
                unfocused("y", "60", label("lesion 1")),
            ),
            id="the BodyStructure bears the tracking identifier",
        ),
        pytest.param(
            (size("x", "53", uid("1.2.3"), day=BASELINE), unfocused("y", "60", uid("1.2.3"))),
            id="an Observation names both",
        ),
        pytest.param(
            (
                lesion("a", identifiers=(Coding(UID, "1.2.3"),)),
                lesion("b", identifiers=(Coding(UID, "1.2.3"),)),
                size("x", "53", day=BASELINE),
                size("y", "60", focus=("BodyStructure/b",)),
            ),
            id="two BodyStructures bear one UID",
        ),
        pytest.param(
            (
                lesion("a", identifiers=(Coding("urn:hospital:lesions", "7"),)),
                lesion("b", identifiers=(Coding("urn:hospital:lesions", "7"),)),
                size("x", "53", day=BASELINE),
                size("y", "60", focus=("BodyStructure/b",)),
            ),
            id="two BodyStructures bear one identifier",
        ),
        pytest.param(
            (
                lesion("a", identifiers=(Coding(UID, "1.2.3"),)),
                size("x", "53", day=BASELINE),
                unfocused("y", "60", identifiers=(Coding(UID, "1.2.3"),)),
            ),
            id="the Observation's own identifier is the UID of a BodyStructure",
        ),
    ],
)
def test_two_names_of_one_lesion_are_joined(records: tuple[Record, ...]) -> None:
    assert lesions(*records) == ["BodyStructure/a"]


def test_one_label_of_two_tracking_uids_does_not_join_them() -> None:
    records = (
        unfocused("x", "53", uid("1.2.3"), label("lesion 1")),
        unfocused("y", "20", uid("1.2.4"), label("lesion 1")),
    )
    assert lesions(*records) == ["uid:1.2.3", "uid:1.2.4"]


def test_a_label_that_two_lesions_have_pairs_nothing() -> None:
    found = timeline(
        unfocused("x", "53", uid("1.2.3"), label("lesion 1")),
        unfocused("y", "20", uid("1.2.4"), label("lesion 1")),
        unfocused("z", "60", label("lesion 1"), day=BASELINE),
    )
    assert "cannot be paired: several lesions have its tracking identifier" in reasons(found)


def test_the_number_of_an_observation_is_not_taken_for_a_tracking_uid() -> None:
    site = concept(SEGMENT_VI)
    first = unfocused(
        "x", "53", body_site=site, day=BASELINE, identifiers=(Coding(UID, "1.2.3.1"),)
    )
    second = unfocused("y", "60", body_site=site, identifiers=(Coding(UID, "1.2.3.2"),))
    assert lesions(first, second) == ["site:277960005"]


def test_an_observation_of_two_lesions_joins_nothing() -> None:
    both = size("x", "53", focus=("BodyStructure/a", "BodyStructure/b"))
    found = timeline(both, size("y", "30"), size("z", "20", focus=("BodyStructure/b",)))
    assert [m.lesion for m in found.measurements] == ["BodyStructure/a", "BodyStructure/b"]
    assert reasons(found) == ["cannot be paired: several lesions are in its focus"]


def test_a_focus_on_a_condition_is_no_lesion() -> None:
    record = size("x", "53", focus=("Condition/primary",))
    assert lesions(record) == ["site:277960005"]


def test_lesions_of_one_site_are_told_apart_by_their_labels() -> None:
    def labelled(name: str, mm: str, text: str, day: str) -> ObservationRecord:
        return unfocused(name, mm, body_site=concept(SEGMENT_VI, text=text), day=day)

    found = lesions(
        labelled("v", "53", "Segment VI, lesion A", BASELINE),
        labelled("w", "20", "segment VI, lesion B", BASELINE),
        labelled("x", "60", "segment VI,  lesion A", "2026-06-05"),
        labelled("y", "25", "segment VI, lesion B", "2026-06-05"),
    )
    assert found == ["site:277960005 segment vi, lesion a", "site:277960005 segment vi, lesion b"]


def test_an_unlabelled_one_among_labelled_ones_cannot_be_paired() -> None:
    found = timeline(
        unfocused("x", "53", body_site=concept(SEGMENT_VI, text="lesion A")),
        unfocused("y", "20", body_site=concept(SEGMENT_VI, text="lesion B")),
        unfocused("z", "60", body_site=concept(SEGMENT_VI), day=BASELINE),
    )
    assert reasons(found) == ["cannot be paired: several lesions have its site"]


def test_a_pairing_by_site_is_remarked() -> None:
    found = timeline(unfocused("x", "53", body_site=concept(SEGMENT_VI, text="segment VI")))
    assert "segment VI: paired between studies by its site" in found.remarks


@pytest.mark.parametrize("site", [concept(LIVER), NOTHING], ids=["one site", "no site"])
def test_two_sizes_at_one_study_without_names_cannot_be_paired(site: Concept) -> None:
    found = timeline(
        unfocused("v", "53", body_site=site),
        unfocused("w", "20", body_site=site),
        unfocused("x", "40", body_site=site, day=BASELINE),
    )
    assert (found.lesions, found.measurements) == ((), ())
    assert [reason for reason in reasons(found) if reason != NO_ORGAN] == [CANNOT_TELL] * 3


def test_one_without_a_name_beside_a_named_one_cannot_be_paired() -> None:
    found = timeline(size("x", "53"), unfocused("y", "20"))
    assert [m.source.reference for m in found.measurements] == ["Observation/x"]
    assert [reason for reason in reasons(found) if reason != NO_ORGAN] == [CANNOT_TELL]


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (concept(LIVER), Organ.LIVER),
        (concept(SEGMENT_VI), Organ.LIVER),
        (concept("SCT:258334004"), Organ.LIVER),
        (concept("RADLEX:RID58"), Organ.LIVER),
        (concept(text="left liver lobe"), Organ.LIVER),
        (concept(text="hepatic flexure of the colon"), Organ.ELSEWHERE),
        (concept(text="perihepatic nodule"), Organ.ELSEWHERE),
        (concept("SCT:39607008"), Organ.ELSEWHERE),
        (concept("SCT:123456789 Structure of something"), Organ.ELSEWHERE),
        (concept("SCT:123456789"), Organ.UNKNOWN),
        (concept(text="liver and gallbladder"), Organ.UNKNOWN),
        (NOTHING, Organ.UNKNOWN),
    ],
    ids=lambda value: (
        value.words or "|".join(c.code for c in value.codings)
        if isinstance(value, Concept)
        else value.value
    ),
)
def test_the_organ_is_that_of_the_site(site: Concept, expected: Organ) -> None:
    found = timeline(size("x", "53", body_site=site))
    assert found.lesions[0].organ is expected
    assert bool(found.unread) is (expected is Organ.UNKNOWN)


def test_the_body_structure_goes_before_the_observation() -> None:
    found = only(
        lesion("a", location=concept("SCT:39607008 Lung"), description="Nodule 1"), size("x", "53")
    )
    assert (found.organ, found.site, found.label) == (Organ.ELSEWHERE, "Lung", "Nodule 1")


def test_sites_that_disagree_leave_the_organ_unknown() -> None:
    found = timeline(size("x", "53"), size("y", "50", day=BASELINE, body_site=concept(text="lung")))
    assert found.lesions[0].organ is Organ.UNKNOWN
    assert any("its sites disagree" in reason for reason in reasons(found))


def test_the_tracking_identifier_is_the_label() -> None:
    assert only(unfocused("x", "53", uid("1.2"), label("Lesion A"))).label == "Lesion A"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((), None),
        ((TARGET,), True),
        ((NOT_TARGET,), False),
        ((component("LRC:target", concept("SCT:52101004")),), True),
        ((component("DCM:112074", concept("RADLEX:RID28472")),), True),
        ((component("DCM:112075", value=True),), False),
    ],
    ids=["not said", "LRC", "LRC false", "present", "DICOM", "DICOM non-target"],
)
def test_a_target_is_one_that_is_said_to_be(
    stated: tuple[Component, ...], expected: bool | None
) -> None:
    assert only(size("x", "53", *stated)).target is expected


def test_a_target_may_be_stated_by_an_observation_of_its_own() -> None:
    statement = observation("t", "LRC:target", True, focus=("BodyStructure/a",))
    assert only(size("x", "53"), statement).target is True


def test_a_target_that_is_none_elsewhere_is_a_conflict() -> None:
    found = timeline(size("x", "53", TARGET), size("y", "60", NOT_TARGET, day=BASELINE))
    assert found.lesions[0].target is None
    assert reasons(found) == ["conflict: target lesion and not target lesion"] * 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("maybe", "target lesion: not a value that is known"),
        (concept("LRC:increased"), "target lesion: neither present nor absent"),
    ],
)
def test_a_target_flag_that_says_neither_is_named(value: Value, reason: str) -> None:
    found = timeline(size("x", "53", component("LRC:target", value)))
    assert found.lesions[0].target is None
    assert reasons(found) == [reason]


def test_a_region_of_normal_liver_is_a_lesion_of_its_own() -> None:
    region = observation(
        "r",
        "DCM:112181",
        amount("108", HU),
        component("LRC:reference-region", value=True),
        body_site=concept(LIVER, text="right lobe"),
    )
    metastasis = unfocused("x", "53", body_site=concept(LIVER))
    found = timeline(region, metastasis)
    assert found.unread == ()
    assert [(entry.id, entry.reference_region, entry.organ) for entry in found.lesions] == [
        ("reference region:10200004", True, Organ.LIVER),
        ("site:10200004", False, Organ.LIVER),
    ]


@pytest.mark.parametrize(
    ("site", "node"),
    [
        (concept("SCT:59441001 Lymph node"), True),
        (concept("SCT:61492009 Hepatic lymph node"), True),
        (concept(text="retroperitoneal LN"), True),
        (concept("SCT:39607008 Lung"), False),
        (concept(LIVER), False),
    ],
)
def test_a_node_is_known_by_its_site(site: Concept, node: bool) -> None:
    assert only(size("x", "14", body_site=site)).node is node
