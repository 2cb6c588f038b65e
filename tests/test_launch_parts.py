"""What a launch is made of: scopes, what was told of the card, what is kept, and the configuration."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from launch_ehr import app_for, client_of

from service.app import launch_address
from service.configuration.reading import ConfigurationError, read_configuration
from service.evidence.whose import read_whose
from service.settings import Settings
from service.smart.scopes import KINDS, not_granted, wanted
from service.smart.told import Told, read_told
from service.smart.vault import Kind, Vault

Json = Any
ALL = " ".join(f"patient/{kind}.rs" for kind in KINDS)


def test_scopes_are_for_reading_one_patient_and_no_more() -> None:
    assert wanted(True, True, ("openid",)).split() == ["launch", *ALL.split(), "openid"]
    assert wanted(False, False).split()[0] == "launch/patient"
    assert all(s.endswith(".read") for s in wanted(False, False).split()[1:])


@pytest.mark.parametrize(
    "granted",
    [
        ALL,
        "launch openid patient/*.rs",
        "patient/*.read",
        "user/*.cruds",
        "patient/*.*",
        ALL.replace(".rs", ".read"),
    ],
)
def test_what_was_granted_in_any_spelling_may_be_read(granted: str) -> None:
    assert not_granted(granted) == frozenset()


@pytest.mark.parametrize(
    "instead",
    [
        "",
        "patient/Observation.r",
        "patient/Observation.s",
        "patient/Observation.write",
        "patient/Observation.cud",
        "patient/Observation.rs?category=laboratory",
        "patient/observation.rs",
        "system/Observation.rs",
    ],
)
def test_what_was_granted_in_part_may_not(instead: str) -> None:
    assert not_granted(ALL.replace("patient/Observation.rs", instead)) == {"Observation"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, Told()),
        ({"appContext": '{"study": "ImagingStudy/ct-2", "grade": "IMMUNE_PATTERN"}'}, Told("ImagingStudy/ct-2", "IMMUNE_PATTERN")),
        ({"appContext": {"study": "day:2026-05-10"}}, Told("day:2026-05-10")),
        ({"appContext": "no JSON"}, Told()),
        ({"appContext": "[1]"}, Told()),
        ({"appContext": "[" * 4000}, Told()),
        ({"appContext": {"study": "Patient/1", "grade": "CERTAIN"}}, Told()),
        ({"appContext": {"study": "ImagingStudy/x" * 99, "grade": 3}}, Told()),
        ({"fhirContext": [{"reference": "Encounter/1"}, {"reference": "ImagingStudy/7"}]}, Told("ImagingStudy/7")),
        ({"fhirContext": [{"reference": "ImagingStudy/6"}, {"reference": "ImagingStudy/7"}]}, Told()),
        ({"fhirContext": "x"}, Told()),
    ],
)  # fmt: skip
def test_of_the_card_only_what_cards_say_is_believed(answer: Json, told: Told) -> None:
    assert read_told(answer) == told


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (None, ""),
        ({"id": "other", "name": [{"text": "Other"}]}, ""),
        ({"id": "1"}, ""),
        ({"id": "1", "name": [{"family": "Beryl", "given": ["An", 3]}]}, "An Beryl"),
        ({"id": "1", "name": [{"use": "old", "text": "B"}, {"use": "usual", "text": "A"}]}, "A"),
        ({"id": "1", "name": [{"text": "B"}, {"use": "official", "text": "A"}]}, "A"),
        ({"id": "1", "name": "A"}, ""),
    ],
)
def test_the_patient_is_named_as_the_record_has_it(resource: Json, name: str) -> None:
    whose = read_whose("1", resource)
    assert whose.name == name
    assert whose.id == "1"
    assert not name or name not in repr(whose)


@pytest.fixture(name="vault")
def _vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "launches.sqlite")


def test_what_is_kept_is_opened_by_its_secret_alone(vault: Vault) -> None:
    secret = vault.keep(Kind.SESSION, b"content", 60)
    assert vault.look(Kind.SESSION, secret) == b"content"
    assert vault.look(Kind.SESSION, "guessed") is None
    assert vault.look(Kind.SESSION, "") is None
    assert vault.take(Kind.LAUNCH, secret) is None


def test_the_file_by_itself_tells_nothing(vault: Vault, tmp_path: Path) -> None:
    secret = vault.keep(Kind.SESSION, b"a token in plain words", 60)
    files = list(tmp_path.iterdir())
    content = b"".join(path.read_bytes() for path in files)
    assert b"plain words" not in content
    assert secret.encode() not in content
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_of_several_who_take_one_gets_it(vault: Vault) -> None:
    secret = vault.keep(Kind.LAUNCH, b"content", 60)
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda _: vault.take(Kind.LAUNCH, secret), range(8)))
    assert sorted(filter(None, got)) == [b"content"]


def test_worker_processes_share_what_is_kept(vault: Vault, tmp_path: Path) -> None:
    secret = vault.keep(Kind.SESSION, b"content", 60)
    assert Vault(tmp_path / "launches.sqlite").look(Kind.SESSION, secret) == b"content"


def test_what_is_over_is_gone(tmp_path: Path) -> None:
    clock = [1000.0]
    vault = Vault(tmp_path / "launches.sqlite", lambda: clock[0])
    secret = vault.keep(Kind.SESSION, b"content", 60)
    clock[0] = 1059.9
    assert vault.look(Kind.SESSION, secret) == b"content"
    clock[0] = 1060.0
    assert vault.look(Kind.SESSION, secret) is None
    assert vault.take(Kind.SESSION, secret) is None


def test_a_flood_of_launches_ends_no_session(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "launches.sqlite", most=5)
    session = vault.keep(Kind.SESSION, b"content", 60)
    launches = [vault.keep(Kind.LAUNCH, b"on its way", 60) for _ in range(12)]
    left = [vault.look(Kind.LAUNCH, secret) for secret in launches]
    assert left == [None] * 7 + [b"on its way"] * 5
    assert vault.look(Kind.SESSION, session) == b"content"


def configured(folder: Path, smart: str) -> Path:
    (folder / "keys.json").write_text('{"keys": []}', "utf-8")
    file = folder / "liver-response.toml"
    head = '[[clients]]\nname = "a"\nissuer = "https://ehr.example"\njwks_file = "keys.json"\n'
    file.write_text(f"{head}[clients.smart]\n{smart}\n", "utf-8")
    return file


def test_files_of_a_launch_stand_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s", "utf-8")
    found = read_configuration(configured(tmp_path, 'client_id = "app"\nsecret_file = "secret"'))
    smart = found.clients[0].smart
    assert smart is not None
    assert smart.secret_file == str(tmp_path / "secret")


def private_key(**changed: Any) -> str:
    key = {"kty": "EC", "crv": "P-384", "kid": "1", "alg": "ES384", "x": "x", "y": "y", "d": "d"}
    return json.dumps({k: v for k, v in {**key, **changed}.items() if v is not None})


@pytest.mark.parametrize(
    ("smart", "key", "problem"),
    [
        ('client_id = ""', "", "client_id"),
        ('client_id = "a"\nclient_secret = "s"', "", "client_secret:? is not known"),
        ('client_id = "a"\nscope = ["x"]', "", "did you mean scopes"),
        ('client_id = "a"\nsecret_file = "absent"', "", "names no file"),
        ('client_id = "a"\nsecret_file = "key"\nkey_file = "key"', "x", "either"),
        ('client_id = "a"\nkey_file = "key"', "no JSON", "private JWK"),
        ('client_id = "a"\nkey_file = "key"', private_key(d=None), "private JWK"),
        ('client_id = "a"\nkey_file = "key"', private_key(kid=None), "private JWK"),
        ('client_id = "a"\nkey_file = "key"', private_key(alg="HS256"), "private JWK"),
        ('client_id = "a"\nembedded_in = ["ehr"]', "", "absolute"),
    ],
)
def test_what_cannot_be_used_of_a_launch_is_told_at_the_start(
    tmp_path: Path, smart: str, key: str, problem: str
) -> None:
    if key:
        (tmp_path / "key").write_text(key, "utf-8")
    with pytest.raises(ConfigurationError, match=problem):
        read_configuration(configured(tmp_path, smart))


def test_cards_lead_to_the_evidence_where_every_ehr_may_open_it() -> None:
    with_it, without = client_of("http://127.0.0.1:9/fhir"), client_of("http://127.0.0.1:8/fhir")
    object.__setattr__(without, "smart", None)
    public = "https://cds.example"
    assert launch_address(Settings(public_url=public, clients=(with_it,))) == f"{public}/launch"
    assert launch_address(Settings(public_url=public, clients=(with_it, without))) is None
    assert launch_address(Settings(public_url=public)) is None
    assert launch_address(Settings(smart_launch_url="https://a.example/x")) == "https://a.example/x"
    assert app_for(without).test_client().get("/launch").status_code == 404
