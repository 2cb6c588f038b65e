"""Settings from the environment."""

import re
from dataclasses import fields

import pytest

from service.settings import PREFIX, Settings, SettingsError, settings_from


def test_without_an_environment_the_service_listens_on_this_machine_alone() -> None:
    assert settings_from({}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_every_setting_is_read_from_its_variable() -> None:
    assert settings_from(
        {
            "LIVER_RESPONSE_HOST": "::1",
            "LIVER_RESPONSE_PORT": "9000",
            "LIVER_RESPONSE_WORKERS": "4",
            "LIVER_RESPONSE_PUBLIC_URL": "https://cds.example/base/",
            "LIVER_RESPONSE_SMART_LAUNCH_URL": "https://cds.example/launch",
            "LIVER_RESPONSE_MAX_BODY_BYTES": "1048576",
            "LIVER_RESPONSE_FIRST_LOOK": "fixtures/people",
            "LIVER_RESPONSE_FETCH_MILLISECONDS": "1500",
            "LIVER_RESPONSE_CA_FILE": "setup.cfg",
            "PATH": "/bin",
        }
    ) == Settings(
        "::1",
        9000,
        4,
        "https://cds.example/base",
        "https://cds.example/launch",
        1048576,
        "fixtures/people",
        1500,
        "setup.cfg",
    )


def test_an_empty_address_is_none() -> None:
    assert settings_from({"LIVER_RESPONSE_PUBLIC_URL": " "}).public_url is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HOST", " "),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("MAX_BODY_BYTES", "10"),
        ("FIRST_LOOK", "no/such/folder"),
        ("PUBLIC_URL", "cds.example"),
        ("PUBLIC_URL", "ftp://cds.example"),
        ("PUBLIC_URL", "https://"),
        ("SMART_LAUNCH_URL", "https://cds.example/launch?x=y"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{PREFIX}{name} must"):
        settings_from({f"{PREFIX}{name}": text})


def test_a_misspelt_setting_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"PUBLIC_ULR.*PUBLIC_URL"):
        settings_from({"LIVER_RESPONSE_PUBLIC_ULR": "https://cds.example"})


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"^        (\w+): ", Settings.__doc__ or "", re.MULTILINE))
    assert explained == {field.name for field in fields(Settings)}
