"""What words in records mean: drugs, organs, phases, tumours, procedures, and the traps among them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rules.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lapatinib 250 mg", []),
        ("apatinib 250 mg", ["rivoceranib"]),
        ("Imatinib mesylate 400 MG Oral Tablet", ["imatinib"]),
        ("imatinib mesilate", ["imatinib"]),
        ("STI571", ["imatinib"]),
        ("STI-571 / Glivec", ["imatinib"]),
        ("Imatinibmesilat 400 mg Filmtabletten", ["imatinib"]),
        ("Sunitinibmalat", ["sunitinib"]),
        ("Sunitinib (malate) 50 mg", ["sunitinib"]),
        ("BAY 43-9006", ["sorafenib"]),
        ("BAY 73-4506", ["regorafenib"]),
        ("bevacizumab-awwb (Mvasi) 400 mg IV", ["bevacizumab"]),
        ("AVASTIN", ["bevacizumab"]),
        ("Bevacizumab beta", ["bevacizumab"]),
        ("8 ML ziv-aflibercept 25 MG/ML Injection [Zaltrap]", ["aflibercept"]),
        ("everolimus (Zortress)", ["everolimus"]),
        ("everolimus-eluting coronary stent", []),
        ("Ofev 150 mg", []),
        ("Eylea", []),
        ("CT16", []),
        ("MB02", []),
        ("ado-trastuzumab emtansine", ["trastuzumab emtansine"]),
        ("fam-trastuzumab deruxtecan-nxki", ["trastuzumab deruxtecan"]),
        ("trastuzumab-anns (Kanjinti)", ["trastuzumab"]),
        ("Trastuzumab / pertuzumab", ["trastuzumab", "pertuzumab"]),
        ("hyaluronidase / pertuzumab / trastuzumab (Phesgo)", ["trastuzumab"]),
        ("Opdualag (nivolumab and relatlimab-rmbw)", ["nivolumab"]),
        ("atezolizumab + bevacizumab", ["atezolizumab", "bevacizumab"]),
        ("Tecentriq Hybreza", ["atezolizumab"]),
        ("lutetium (177Lu) oxodotreotide", ["lutetium-dotatate"]),
        ("Lutetium Lu-177 dotatate", ["lutetium-dotatate"]),
        ("Ga-68 dotatate PET/CT", []),
        ("catequentinib", ["anlotinib"]),
        ("tivozanib then tivantinib", ["tivozanib"]),
        ("capecitabine 500 mg", []),
    ],
)
def test_a_text_names_the_agents_in_it(vocabulary: Vocabulary, text: str, names: list[str]) -> None:
    assert [term.name for term in vocabulary.find_in_text("agents", text)] == names


@pytest.mark.parametrize(
    ("topic", "text", "names"),
    [
        ("excluded_products", "Eylea", ["ophthalmic aflibercept"]),
        ("excluded_products", "aflibercept-ayyh", ["ophthalmic aflibercept"]),
        ("excluded_products", "ziv-aflibercept (Zaltrap)", []),
        ("excluded_products", "everolimus (Zortress)", ["everolimus for transplantation"]),
        ("excluded_products", "Certican 0,75 mg", ["everolimus for transplantation"]),
        ("excluded_products", "Afinitor 10 mg", []),
        ("excluded_products", "Ofev", ["nintedanib for lung fibrosis"]),
        ("excluded_products", "Lucentis", ["ophthalmic ranibizumab"]),
        ("excluded_products", "Lytenava (bevacizumab gamma)", ["ophthalmic bevacizumab"]),
        ("excluded_routes", "bevacizumab 1.25 mg intravitreal injection", ["intravitreal"]),
        ("excluded_routes", "intra-vitreal", ["intravitreal"]),
        ("excluded_routes", "intravenous", []),
        ("excluded_routes", "Ophthalmic", ["ophthalmic"]),
        ("antineoplastics", "lapatinib 250 mg", ["lapatinib"]),
        ("antineoplastics", "mFOLFOX6, cycle 4", ["FOLFOX"]),
        ("antineoplastics", "5-FU", ["fluorouracil"]),
        ("antineoplastics", "nab-paclitaxel (Abraxane)", ["paclitaxel"]),
        ("antineoplastics", "trifluridine/tipiracil", ["trifluridine"]),
        ("antineoplastics", "imatinib", []),
        ("antineoplastics", "ondansetron 8 mg", []),
        ("comfort", "Referral to hospice", ["hospice"]),
        ("comfort", "Comfort measures only", ["comfort care"]),
        ("comfort", "Palliative care consult", []),
    ],
)
def test_a_text_names_the_drugs_routes_and_orders_in_it(
    vocabulary: Vocabulary, topic: str, text: str, names: list[str]
) -> None:
    assert [term.name for term in vocabulary.find_in_text(topic, text)] == names


@pytest.mark.parametrize(
    ("text", "organs"),
    [
        ("liver", {"liver"}),
        ("Hepatic segment VI", {"liver"}),
        ("segment VI", {"liver"}),
        ("Seg. 4b", {"liver"}),
        ("segments V/VI", {"liver"}),
        ("Lebersegment VII", {"liver"}),
        ("métastase hépatique", {"liver"}),
        ("hígado", {"liver"}),
        ("LIVER_DOME", {"liver"}),
        ("hepatic flexure", {"elsewhere"}),
        ("perihepatic", {"elsewhere"}),
        ("peri-hepatic deposit", {"elsewhere"}),
        ("extrahepatic", {"elsewhere"}),
        ("hepatoduodenal ligament", {"elsewhere"}),
        ("porta hepatis lymph node", {"elsewhere"}),
        ("hepatic hilar lymph node", {"elsewhere"}),
        ("lung", {"elsewhere"}),
        ("right lower lobe", {"elsewhere"}),
        ("peritoneum", {"elsewhere"}),
        ("left adrenal gland", {"elsewhere"}),
        ("lung, segment 6", {"elsewhere", "liver"}),
        ("segment 9", set()),
        ("delivery", set()),
        ("hepatitis", set()),
        ("left side", set()),
    ],
)
def test_a_text_says_liver_or_elsewhere(
    vocabulary: Vocabulary, text: str, organs: set[str]
) -> None:
    named = vocabulary.find_in_text("organs", text)

    assert {term.attributes["organ"] for term in named} == organs


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("portal venous phase", ["portal venous"]),
        ("PVP 3.0", ["portal venous"]),
        ("ABD_PV_3MM", ["portal venous"]),
        ("CT ABDOMEN PORTALVENÖS 5.0", ["portal venous"]),
        ("Portal-venous", ["portal venous"]),
        ("venous phase", ["portal venous"]),
        ("temps portal", ["portal venous"]),
        ("fase portal", ["portal venous"]),
        ("70 s", ["portal venous"]),
        ("70s p.i.", ["portal venous"]),
        ("PORTAL_VENOUS", ["portal venous"]),
        ("late arterial", ["arterial"]),
        ("art.", ["arterial"]),
        ("arterielle Phase", ["arterial"]),
        ("temps artériel", ["arterial"]),
        ("nativ", ["unenhanced"]),
        ("Non-contrast", ["unenhanced"]),
        ("w/o contrast", ["unenhanced"]),
        ("PRE_CONTRAST", ["unenhanced"]),
        ("sin contraste", ["unenhanced"]),
        ("delayed 5 min", ["delayed"]),
        ("late venous", ["delayed"]),
        ("Spätphase", ["delayed"]),
        ("arterial and portal venous", ["arterial", "portal venous"]),
        ("ABD W/WO CONTRAST", []),
        ("CT with and without contrast", []),
        ("portal vein thrombosis", []),
        ("partial", []),
        ("1.70 s", []),
        ("hepatobiliary phase 20 min", []),
        ("axial 3.0", []),
    ],
)
def test_a_text_names_the_phases_in_it(
    vocabulary: Vocabulary, text: str, phases: list[str]
) -> None:
    assert [term.name for term in vocabulary.find_in_text("phases", text)] == phases


@pytest.mark.parametrize(
    ("text", "tumours"),
    [
        ("Liver metastases", ["liver metastasis"]),
        ("Secondary malignant neoplasm of liver (HCC)", ["liver metastasis"]),
        ("Metastasis to the liver from rectal cancer", ["liver metastasis", "CRC"]),
        ("Lebermetastasen", ["liver metastasis"]),
        ("Malignant neoplasm of colon (HCC)", ["CRC"]),
        ("Hepatocellular carcinoma", ["HCC"]),
        ("GIST of the stomach", ["GIST"]),
        ("Gastrointestinal stromal tumour", ["GIST"]),
        ("Clear cell renal cell carcinoma", ["RCC"]),
        ("Pancreatic neuroendocrine tumor", ["NET"]),
        ("Net weight loss", []),
        ("Uveal melanoma", ["melanoma"]),
        ("Melanoma in situ", []),
        ("Breast carcinoma in situ", []),
        ("Carcinoma of the left breast", ["breast"]),
        ("Cancer of the breast", ["breast"]),
        ("Non-small cell lung cancer", ["other"]),
        ("Adenocarcinoma of the pancreas", ["pancreatobiliary"]),
        ("High-grade serous ovarian carcinoma", ["ovary"]),
        ("Mixed germ cell tumour of testis", ["germ cell"]),
        ("Medullary carcinoma of the thyroid", ["medullary thyroid"]),
        ("Papillary thyroid carcinoma", ["other"]),
        ("Intrahepatic cholangiocarcinoma", []),
        ("Fatty liver", []),
    ],
)
def test_a_text_names_the_tumours_in_it(
    vocabulary: Vocabulary, text: str, tumours: list[str]
) -> None:
    assert [term.name for term in vocabulary.find_in_text("conditions", text)] == tumours


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("TACE", [("TACE", "no")]),
        ("Transarterial chemoembolisation", [("TACE", "no")]),
        ("transarterial chemoembolization of HCC", [("TACE", "no")]),
        ("Y-90 radioembolization", [("radioembolisation", "no")]),
        ("SIRT, right lobe", [("radioembolisation", "no")]),
        ("Y90 therapy", [("Y-90", "yes")]),
        ("Y-90 ibritumomab tiuxetan", []),
        ("SBRT to liver segment 8", [("SBRT", "yes")]),
        ("Stereotactic body radiation therapy", [("SBRT", "yes")]),
        ("Stereotactic breast biopsy", []),
        ("RFA of liver lesion", [("ablation", "yes")]),
        ("microwave ablation (MWA)", [("ablation", "yes")]),
        ("Cryoablation", [("ablation", "yes")]),
        ("Catheter ablation", []),
        ("Transurethral resection", []),
    ],
)
def test_a_text_names_the_local_therapies_in_it(
    vocabulary: Vocabulary, text: str, named: list[tuple[str, str]]
) -> None:
    found = vocabulary.find_in_text("procedures", text)

    assert [(term.name, term.attributes["needs_liver"]) for term in found] == named


@pytest.mark.parametrize(
    ("text", "modalities"),
    [
        ("CT abdomen and pelvis with contrast", {"CT"}),
        ("CT Chest/Abdomen/Pelvis", {"CT"}),
        ("Triple phase liver CT", {"CT"}),
        ("MRI of the liver with gadoxetate", {"MR"}),
        ("FDG-PET/CT", {"PT"}),
        ("Liver ultrasound", {"US"}),
        ("CT head", set()),
        ("MRI lumbar spine", set()),
    ],
)
def test_a_text_names_the_liver_imaging_in_it(
    vocabulary: Vocabulary, text: str, modalities: set[str]
) -> None:
    named = vocabulary.find_in_text("imaging_orders", text)

    assert {term.attributes["modality"] for term in named} == modalities


_SERIES = yaml.safe_load(
    (Path(__file__).parent / "data" / "series_descriptions.yaml").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("description", "phases"),
    [
        pytest.param(text, phases, id=f"{language}: {text}")
        for language, rows in _SERIES.items()
        for text, phases in rows.items()
    ],
)
def test_a_series_description_tells_its_phase_in_four_languages(
    vocabulary: Vocabulary, description: str, phases: list[str]
) -> None:
    assert [term.name for term in vocabulary.find_in_text("phases", description)] == phases
