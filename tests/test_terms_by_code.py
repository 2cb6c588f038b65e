"""What codes in records mean, and which of them mean nothing here on purpose."""

from __future__ import annotations

import pytest

from rules.vocabulary import Vocabulary, load_vocabulary

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


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.mark.parametrize(
    ("topic", "system", "code", "name"),
    [
        ("agents", RXNORM, "282388", "imatinib"),
        ("agents", RXNORM, "403879", "imatinib"),
        ("agents", ATC, "L01XE01", "imatinib"),
        ("agents", ATC, "L01EA01", "imatinib"),
        ("agents", SNOMED, "414460008", "imatinib"),
        ("agents", UNII, "8A1O1M485B", "imatinib"),
        ("agents", HCPCS, "Q5107", "bevacizumab"),
        ("agents", ATC, "L01XX44", "aflibercept"),
        ("agents", ATC, "L01FY01", "trastuzumab"),
        ("agents", ATC, "L01FY02", "nivolumab"),
        ("agents", ATC, "L01EH01", None),
        ("agents", ATC, "S01LA08", None),
        ("agents", RXNORM, "1592752", None),
        ("excluded_products", RXNORM, "1592752", "nintedanib for lung fibrosis"),
        ("excluded_products", RXNORM, "1232159", "ophthalmic aflibercept"),
        ("excluded_products", RXNORM, "1723194", None),
        ("excluded_products", ATC, "S01LA08", "ophthalmic bevacizumab"),
        ("excluded_routes", SNOMED, "418401004", "intravitreal"),
        ("antineoplastics", ATC, "L01BC06", "antineoplastic agent"),
        ("antineoplastics", ATC, "L02BA01", "endocrine therapy"),
        ("antineoplastics", ATC, "L03AA02", None),
        ("conditions", ICD10CM, "C78.7", "liver metastasis"),
        ("conditions", ICD10CM, "C787", "liver metastasis"),
        ("conditions", ICD10, "C78.7", "liver metastasis"),
        ("conditions", ICD10CM, "C7B.02", "liver metastasis"),
        ("conditions", ICD10CM, "C7B.01", None),
        ("conditions", ICD10CM, "C78.00", None),
        ("conditions", ICD10CM, "C49.A2", "GIST"),
        ("conditions", ICD10CM, "C49.9", "other"),
        ("conditions", ICD10CM, "C16.9", "other"),
        ("conditions", ICD10, "C16.9", None),
        ("conditions", ICD10CM, "C18.3", "CRC"),
        ("conditions", ICD10, "C20", "CRC"),
        ("conditions", ICD10CM, "C64.2", "RCC"),
        ("conditions", ICD10CM, "C7A.012", "NET"),
        ("conditions", ICD10CM, "C22.0", "HCC"),
        ("conditions", ICD10CM, "C22.1", None),
        ("conditions", ICD10CM, "C50.911", "breast"),
        ("conditions", ICD10CM, "C43.59", "melanoma"),
        ("conditions", ICD10CM, "C34.90", "other"),
        ("conditions", ICD10CM, "C56.9", "ovary"),
        ("conditions", ICD10, "C56", "ovary"),
        ("conditions", ICD10CM, "C53.9", "other"),
        ("conditions", ICD10CM, "C25.9", "pancreatobiliary"),
        ("conditions", ICD10CM, "C25.4", "other"),
        ("conditions", ICD10, "C25.9", None),
        ("conditions", ICD10, "C24.1", "pancreatobiliary"),
        ("conditions", ICD10CM, "C62.90", "germ cell"),
        ("conditions", ICD10CM, "C73", "other"),
        ("conditions", ICD10CM, "C44.91", None),
        ("conditions", ICD10CM, "E11.9", None),
        ("conditions", SNOMED, "94381002", "liver metastasis"),
        ("conditions", SNOMED, "315000005", None),
        ("organs", SNOMED, "10200004", "liver"),
        ("organs", SNOMED, "277960005", "liver"),
        ("organs", RADLEX, "RID58", "liver"),
        ("organs", SNOMED, "39607008", "lung"),
        ("organs", SNOMED, "48338005", "colon and rectum"),
        ("measurements", LOINC, "33728-7", "long axis"),
        ("measurements", LOINC, "21889-1", "size panel"),
        ("measurements", DCM, "112181", "attenuation"),
        ("measurements", DCM, "112183", None),
        ("measurements", LRC, "target", "target lesion"),
        ("phases", RADLEX, "RID11086", "unenhanced"),
        ("findings", GAMUTS, "5489", "lesion-character: cyst-like"),
        ("findings", GAMUTS, "5788", "qualitative: present"),
        ("findings", GAMUTS, "4819", None),
        ("findings", NCIT, "C113842", "lesion-character: solid-enhancing"),
        ("values", RADLEX, "RID5720", "new"),
        ("values", SNOMED, "52101004", "present"),
        ("markers", LOINC, "2039-6", "CEA mass"),
        ("markers", LOINC, "83085-1", "CEA mass"),
        ("markers", LOINC, "19166-8", "CEA arbitrary"),
        ("markers", LOINC, "2532-0", "LDH activity"),
        ("performance", LOINC, "89247-1", "ECOG"),
        ("performance", LOINC, "89243-0", "Karnofsky"),
        ("disease_status", LOINC, "97509-4", "cancer disease status"),
        ("disease_status", SNOMED, "271299001", "worsened"),
        ("imaging_orders", LOINC, "81553-0", None),
    ],
)
def test_a_code_means_what_it_should(
    vocabulary: Vocabulary, topic: str, system: str, code: str, name: str | None
) -> None:
    term = vocabulary.find(topic, system, code)

    assert (term.name if term else None) == name


@pytest.mark.parametrize(
    ("alias", "system"),
    [
        ("urn:oid:2.16.840.1.113883.6.88", RXNORM),
        ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.1", LOINC),
        ("urn:oid:2.16.840.1.113883.6.90", ICD10CM),
        ("urn:oid:2.16.840.1.113883.6.73", ATC),
        ("http://www.radlex.org", RADLEX),
        ("http://fhir.de/CodeSystem/bfarm/atc", ATC),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", ICD10),
        ("http://snomed.info/sct/", SNOMED),
        ("http://hospital.example.org/drugs", "http://hospital.example.org/drugs"),
    ],
)
def test_a_code_system_is_known_by_its_other_names(
    vocabulary: Vocabulary, alias: str, system: str
) -> None:
    assert vocabulary.normalise_system(alias) == system
