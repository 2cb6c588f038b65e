"""The configuration file: read whole, or all that is wrong with it told at once, each with its place."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from shutil import copy
from typing import Any

import certifi
import orjson
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec as curves
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys
from live import ROOT
from signing import ec, rsa

from service.cds.suggestions import load_options
from service.cli import main
from service.configuration.reading import ConfigurationError, read_configuration
from service.configuration.smart import Smart
from service.configuration.tables import (
    Client,
    Configuration,
    Database,
    Operator,
    OwnAccess,
    Profile,
)
from service.settings import Settings, SettingsError, known_settings, settings_from

EXAMPLE = ROOT / "deploy" / "liver-response.example.toml"
CLIENT = """
[[clients]]
name = "main"
issuer = "https://ehr.example"
jku = "https://ehr.example/keys?of=cds"
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A folder with every file that a configuration may name."""
    write_key(tmp_path / "own-key.pem", curves.generate_private_key(curves.SECP384R1()))
    write_key(tmp_path / "weak.pem", curves.generate_private_key(curves.SECP256R1()))
    write_key(tmp_path / "rsa.pem", rsa_keys.generate_private_key(65537, 2048))
    (tmp_path / "epic-north.jwks.json").write_bytes(orjson.dumps({"keys": [rsa("epic").jwk]}))
    (tmp_path / "sign-in.secret").write_text("not a secret")
    (tmp_path / "comments.key").write_bytes(Fernet.generate_key())
    (tmp_path / "keys.json").write_bytes(orjson.dumps({"keys": [ec("main").jwk]}))
    copy(certifi.where(), tmp_path / "hospital-ca.pem")
    return tmp_path


def write_key(path: Path, key: Any) -> None:
    form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(form, kind, serialization.NoEncryption()))


def configuration(folder: Path, text: str) -> Path:
    path = folder / "configuration.toml"
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with a file, without its own name."""
    path = configuration(folder, text)
    with pytest.raises(SettingsError) as error:
        settings_from({"LIVER_RESPONSE_CONFIG": str(path)})
    return [problem.removeprefix(f"{path}: ") for problem in error.value.problems]


def settings(folder: Path, text: str, **environment: str) -> Settings:
    named = {f"LIVER_RESPONSE_{name}": value for name, value in environment.items()}
    path = configuration(folder, text)
    return settings_from({"LIVER_RESPONSE_CONFIG": str(path), **named})


def test_a_client_needs_a_name_an_issuer_and_keys_and_all_else_has_a_default(folder: Path) -> None:
    (client,) = settings(folder, CLIENT).clients
    assert (client.name, client.issuer) == ("main", "https://ehr.example")
    assert client.jku == "https://ehr.example/keys?of=cds"
    assert [algorithm.value for algorithm in client.algorithms] == ["RS384", "ES384"]
    assert client.profile is Profile.GENERIC
    assert not client.destinations.bases
    assert not client.destinations.private_addresses
    assert not client.destinations.plain_http


def test_the_environment_goes_before_the_file(folder: Path) -> None:
    text = "[service]\nport = 9000\nworkers = 3\n[limits]\ncalls_per_minute = 5\n[database]\nurl = 'sqlite://'"
    read = settings(folder, text, PORT="9001", CALLS_PER_MINUTE="6", DATABASE="sqlite:///x")
    assert (read.port, read.workers, read.calls_per_minute) == (9001, 3, 6)
    assert read.database == "sqlite:///x"
    assert settings(folder, text).database == "sqlite://"


def test_paths_start_from_the_folder_of_the_file(folder: Path) -> None:
    text = f"[service]\nca_file = 'hospital-ca.pem'\nstate_folder = '.'\n{CLIENT}"
    read = settings(folder, text + "jwks_file = 'keys.json'\n")
    assert read.ca_file == str(folder / "hospital-ca.pem")
    assert Path(read.state_folder or "").samefile(folder)
    assert read.clients[0].jwks_file == str(folder / "keys.json")


def test_all_that_is_wrong_is_told_at_once_each_with_its_place(folder: Path) -> None:
    text = """
    databse = {}
    [service]
    port = 0
    public_ulr = "https://cds.example"
    [limits]
    calls_per_minute = "many"
    port = 8080
    [database]
    retention_days = 0
    [[clients]]
    name = "no spaces"
    isuer = "https://ehr.example"
    jku = "ehr.example/keys"
    [[clients]]
    name = "epic"
    issuer = "https://epic.example"
    jwks_file = "missing.json"
    algorithms = ["HS256"]
    profile = "cerner"
    fhir_servers = ["https://fhir.example/r4?x=y"]
    plain_http = "yes"
    cors_origins = ["https://ehr.example/path"]
    [clients.own_access]
    tokn_url = "https://auth.example"
    """
    told = problems(folder, text)
    expected = [
        r"databse is not known; did you mean database\?",
        r"service\.port must be a whole number from 1 to 65535",
        r"service\.public_ulr is not known; did you mean public_url\?",
        r"limits\.calls_per_minute must be a whole number",
        r"limits\.port is not known; known are calls_per_minute, ",
        r"database\.retention_days: .*greater than or equal to 1",
        r"clients\[0\] \(no spaces\)\.name: ",
        r"clients\[0\] \(no spaces\)\.isuer is not known; did you mean issuer\?",
        r"clients\[0\] \(no spaces\)\.issuer is missing",
        r"clients\[0\] \(no spaces\)\.jku: must be an absolute http\(s\) address",
        r"clients\[1\] \(epic\)\.jwks_file: names no file",
        r"clients\[1\] \(epic\)\.algorithms\[0\]: .*'RS384'",
        r"clients\[1\] \(epic\)\.profile: .*'generic', 'epic' or 'sandbox'",
        r"clients\[1\] \(epic\)\.fhir_servers\[0\]: must be an address without a query",
        r"clients\[1\] \(epic\)\.plain_http: ",
        r"clients\[1\] \(epic\)\.cors_origins\[0\]: must be an origin",
        r"clients\[1\] \(epic\)\.own_access\.tokn_url is not known; did you mean token_url\?",
        r"clients\[1\] \(epic\)\.own_access\.scope is missing",
    ]
    for pattern in expected:
        assert [one for one in told if re.match(pattern, one)], (pattern, told)


UNFIT = {
    "no keys": ("jku or jwks_file", '[[clients]]\nname="a"\nissuer="i"'),
    "an address without TLS": ("without TLS", f'{CLIENT}fhir_servers = ["http://fhir.example"]'),
    "keys without TLS": ("without TLS", '[[clients]]\nname="a"\nissuer="i"\njku="http://a.example"'),
    "an address with a password": ("without user", f'{CLIENT}fhir_servers = ["https://u:p@fhir.example"]'),
    "two of one name": ("two have the name 'main'", CLIENT + CLIENT.replace("ehr.", "b.")),
    "two of one issuer, of one tenant": (
        "no tenants that tell them apart",
        f"{CLIENT}tenants = ['a', 'b']{CLIENT.replace('main', 'other')}tenants = ['b']"),
    "two of one issuer": ("two have the issuer", CLIENT + CLIENT.replace("main", "other")),
    "the sandbox's issuer as any other": (
        "profile must be sandbox", CLIENT.replace("https://ehr.example\"", "https://sandbox.cds-hooks.org\"")),
    "a preference list for another than Epic": (
        "for the profile epic alone", f"{CLIENT}preference_list = {{ mri = '1' }}"),
    "no algorithm": ("at least 1", f"{CLIENT}algorithms = []"),
    "own access to a server that is not listed": (
        "must be one of fhir_servers",
        f"""{CLIENT}[clients.own_access]
        fhir_server = "https://fhir.example"
        token_url = "https://auth.example"
        client_id = "us"
        key_files = ["own-key.pem"]
        scope = "system/*.rs"
        """),
    "a scope over two lines": ("scope", f'{CLIENT}[clients.own_access]\nscope = "a\\nb"'),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_together_is_refused(folder: Path, name: str) -> None:
    expected, text = UNFIT[name]
    assert any(expected in problem for problem in problems(folder, text))


def test_sites_may_share_an_issuer_where_tenants_tell_them_apart(folder: Path) -> None:
    text = f"{CLIENT}tenants = ['a', 'b']{CLIENT.replace('main', 'other')}tenants = ['c']"
    assert len(settings(folder, text).clients) == 2


def test_a_file_that_is_not_there_or_no_toml_is_told_of(folder: Path) -> None:
    assert "is no TOML" in problems(folder, "= 7")[0]
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_configuration(folder / "missing.toml")


def test_no_value_of_the_file_is_told(folder: Path) -> None:
    text = "[database]\nurl = ['postgresql://user:secret@db']\nretention_days = 'secret'"
    assert "secret" not in str(problems(folder, text))
    read = settings(folder, "[database]\nurl = 'postgresql://user:secret@db/x'")
    assert "secret" not in repr(read)


def check(*arguments: object, **environment: str) -> tuple[int, str]:
    runner = CliRunner(env={"COLUMNS": "200", **environment})
    result = runner.invoke(main, ["config", "check", *map(str, arguments)])
    return result.exit_code, result.output


def example(folder: Path, **changes: str) -> Path:
    """The example, with texts changed."""
    text = EXAMPLE.read_text("utf-8").replace('"/var/lib/liver-response"', f'"{folder}"')
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return configuration(folder, text)


def test_the_example_is_valid_and_shown_as_a_table(folder: Path) -> None:
    code, shown = check(example(folder))
    assert code == 0, shown
    for told in (
        "general-hospital",
        "epic-north",
        "https://fhir.hospital.example/r4",
        "16,777,216",
    ):
        assert told in shown
    assert "warning: client" not in shown


def test_the_example_shows_every_field() -> None:
    text = EXAMPLE.read_text("utf-8")
    tables = (Client, Database, OwnAccess, Operator, Smart, Configuration)
    assert all(map(is_dataclass, tables))
    named = {field.name for table in tables for field in fields(table)}
    named |= {*known_settings("service"), *known_settings("limits")}
    shown = set(re.findall(r"^(?:# )?(\w+) = |^\[+(?:clients\.)?(\w+)\]+", text, re.MULTILINE))
    assert named <= {name for pair in shown for name in pair}


def test_the_example_shows_defaults_and_options_as_they_are(folder: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    shown, defaults = read_configuration(example(folder)).limits, Settings()
    for name in known_settings("limits"):
        assert shown[name] == getattr(defaults, name), name
    explained = " ".join(text.partition("Options: ")[2].partition(".")[0].split())
    assert {*explained.replace("# ", "").split(", ")} == {*load_options().options}


def test_check_tells_all_that_is_wrong_and_fails(folder: Path) -> None:
    (folder / "epic-north.jwks.json").write_text('{"keys": []}')
    path = example(
        folder,
        **{
            'key_files = ["own-key.pem"]': 'key_files = ["rsa.pem"]',
            "fdg_pet = ": "fdg_pat = ",
        },
    )
    code, told = check(path)
    assert code == 1
    assert "client general-hospital: own_access: " in told
    assert "cannot sign with ES384" in told
    assert "no option 'fdg_pat'; did you mean fdg_pet?" in told
    assert "client epic-north: jwks_file is no JWK Set" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("weak.pem", "P-384"),
        ("keys.json", "holds no private key in PEM"),
    ],
)
def test_an_own_key_that_cannot_be_used_is_told_of(folder: Path, keys: str, told: str) -> None:
    path = example(folder, **{'["own-key.pem"]': f'["{keys}"]'})
    code, output = check(path)
    assert (code, told in output) == (1, True)


def test_authorities_that_are_none_are_told_of(folder: Path) -> None:
    (folder / "hospital-ca.pem").write_text("no certificate")
    code, told = check(example(folder))
    assert (code, "holds no certificates in PEM" in told) == (1, True)


def test_a_key_file_without_a_key_for_the_client_is_told_of(folder: Path) -> None:
    code, told = check(example(folder, **{'algorithms = ["RS384"]': 'algorithms = ["ES384"]'}))
    assert code == 1
    assert "jwks_file has no key" in told


DANGERS = {
    "plain_http": ("plain_http = false", "plain_http = true"),
    "private_addresses": ("private_addresses = false", "private_addresses = true"),
    "fhir_without_token": ("fhir_without_token = false", "fhir_without_token = true"),
    "audiences": ("audiences = []", 'audiences = ["https://registered.example"]'),
    "cors_origins": ('["https://ehr.hospital.example"]', '["http://ehr.hospital.example"]'),
    "public_url is without TLS": ('"https://cds.hospital', '"http://cds.hospital'),
    "state_folder": ("state_folder = ", "# state_folder = "),
}


@pytest.mark.parametrize("danger", DANGERS)
def test_what_is_dangerous_but_permitted_is_warned_of(folder: Path, danger: str) -> None:
    old, new = DANGERS[danger]
    code, told = check(example(folder, **{old: new}))
    assert code == 0, told
    assert any("warning: " in line and danger in line for line in told.splitlines())


def test_the_sandbox_is_for_this_machine_alone(folder: Path) -> None:
    sandbox = CLIENT.replace('https://ehr.example"', 'https://sandbox.cds-hooks.org"')
    text = f"{sandbox}profile = 'sandbox'\n[service]\npublic_url = '{{}}'\n"
    code, told = check(configuration(folder, text.format("https://cds.hospital.example")))
    assert (code, "sandbox is for development" in told) == (1, True)
    code, told = check(configuration(folder, text.format("http://127.0.0.1:8080")))
    assert (code, "anybody can sign as it" in told) == (0, True)


def test_check_looks_at_the_environment_too(folder: Path) -> None:
    path = str(configuration(folder, CLIENT))
    code, told = check(LIVER_RESPONSE_CONFIG=path)
    assert (code, "without public_url" in told) == (1, True)
    code, told = check(path, LIVER_RESPONSE_PUBLIC_URL="https://cds.example")
    assert code == 0, told
    code, told = check()
    assert (code, "name a FILE" in told) == (2, True)
