"""One line of each call, for those who answer for the service; and nothing of a patient anywhere.

The run: a service process with a client on its list, calls of every outcome whose values cannot be
mistaken for anything else, and then everything that was written, searched for all of them.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from fhir.resources.R4B.auditevent import AuditEvent
from jwt.algorithms import ECAlgorithm
from live import CALLS, ROOT, Service, serving, told_today
from scripted_server import Asked, Reply, scripted

from rules.assessment import RulebookId
from service.audit.lines import LONGEST, line_of
from service.cli import main
from service.record.call_record import CallRecord, Conclusion, IssuedCard

Json = Any
NAMES = ("Zyxfamily", "Zyxgiven")
COMMENT = "zyx-comment"
_OURS_ALONE = {"opal-invented": "zyx-patient", "feldspar-pretend": "zyx-user", "lesion-": "zyxles-"}
_TINY = 0.00371  # on every value, so that it is no other number


@dataclass
class Run:
    """What was sent to a service and must not be found in what it wrote."""

    base: str
    key: ec.EllipticCurvePrivateKey
    secrets: set[str] = field(default_factory=set)

    def token(self, path: str, issuer: str = "https://ehr.example.org") -> str:
        now = int(time.time())
        claims = {"iss": issuer, "aud": f"{self.base}{path}", "iat": now, "exp": now + 300}
        token = jwt.encode(
            {**claims, "jti": str(uuid4())}, self.key, "ES384", {"kid": "one", "typ": "JWT"}
        )
        self.secrets |= {token, token.rpartition(".")[2]}
        return token

    def bearer(self, path: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(path)}"}


def unmistakable(name: str, run: Run, fhir: str) -> Json:
    """A call of a fixture with ids, names and values that occur nowhere else."""
    text = json.dumps(told_today(name))
    for common, ours in _OURS_ALONE.items():
        text = text.replace(common, ours)
    call = json.loads(text)
    patient = call.get("prefetch", {}).get("patient")
    if isinstance(patient, dict) and patient.get("resourceType") == "Patient":
        patient["name"] = [{"family": NAMES[0], "given": [NAMES[1]]}]
    call["fhirServer"] = fhir
    call["fhirAuthorization"] = {
        "access_token": f"zyx-access-{uuid4()}",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "zyx-client",
    }
    run.secrets |= {call["fhirAuthorization"]["access_token"], *NAMES}
    for holder in objects(call):
        _mark(holder, run)
    return call


def _mark(holder: dict[str, Json], run: Run) -> None:
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict) and isinstance(quantity.get("value"), int | float):
        quantity["value"] = round(quantity["value"] + _TINY, 5)
        run.secrets |= {str(quantity["value"]), f"{quantity['value'] * 10:.4f}"}
    if isinstance(holder.get("id"), str) and "resourceType" in holder and len(holder["id"]) > 5:
        run.secrets.add(holder["id"])


def objects(value: Json) -> Iterator[dict[str, Json]]:
    """Every object within a value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if _is_list(value) else ():
        yield from objects(part)


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def configured(folder: Path, key: ec.EllipticCurvePrivateKey, fhir: str) -> Path:
    keys = {"keys": [{**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "one"}]}
    (folder / "keys.json").write_text(json.dumps(keys))
    place = folder / "service.toml"
    place.write_text(
        f"""
[[clients]]
name = "main"
issuer = "https://ehr.example.org"
jwks_file = "keys.json"
fhir_servers = ["{fhir}"]
private_addresses = true
plain_http = true
"""
    )
    return place


@dataclass(frozen=True)
class Written:
    """Everything that a run wrote, and what must not be in it."""

    lines: list[Json]
    other: list[str]
    everything: bytes
    secrets: set[str]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    inputs, outputs = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("written")
    key = ec.generate_private_key(ec.SECP384R1())
    (outputs / "tmp").mkdir()
    (outputs / "state").mkdir()
    with scripted(_refusing) as fhir:
        environment = {
            "LIVER_RESPONSE_CONFIG": str(configured(inputs, key, fhir.base)),
            "LIVER_RESPONSE_AUDIT_LOG": str(outputs / "calls.jsonl"),
            "LIVER_RESPONSE_DATABASE": f"sqlite:///{outputs / 'store.sqlite'}",
            "LIVER_RESPONSE_STATE_FOLDER": str(outputs / "state"),
            "TMPDIR": str(outputs / "tmp"),
        }
        with serving(outputs / "log", environment) as service:
            run = Run(service.base, key)
            _call_in_every_way(service, run, fhir.base)
        everything = b"\n".join(p.read_bytes() for p in outputs.rglob("*") if p.is_file())
    log = (outputs / "log").read_text("utf-8").splitlines()
    lines = [json.loads(x) for x in (outputs / "calls.jsonl").read_text("utf-8").splitlines()]
    return Written(lines, log, everything, run.secrets)


def _refusing(asked: Asked) -> Reply:
    """A FHIR server that quotes in its errors what it was asked, token and all."""
    quoted = f"{asked.path} {asked.headers.get('authorization')}"
    return Reply(500, {"resourceType": "OperationOutcome", "text": quoted})


def _call_in_every_way(service: Service, run: Run, fhir: str) -> None:
    drugs = ("sunitinib", "imatinib", "pazopanib", "paracetamol", "Sutent", "Glivec")
    run.secrets |= {"zyx-patient", "zyx-user", "zyxles-", COMMENT, *drugs}
    for folder in sorted(CALLS.iterdir()):
        _send(service, run, unmistakable(folder.name, run, fhir))
    call = unmistakable("order-sign-sunitinib", run, fhir)
    _send(service, run, {**call, "hookInstance": "zyx\nname {}\u2028\x1b[31m" + "z" * 100_000})
    _send(service, run, {**call, "prefetch": {}})
    less = {k: v for k, v in call["prefetch"].items() if k not in ("conditions", "markers")}
    _send(service, run, {**call, "prefetch": less})
    other = json.loads(json.dumps(call).replace("Patient/zyx-patient", "Patient/zyx-patient-2"))
    other["context"] = call["context"]
    _send(service, run, other)
    path = f"/cds-services/liver-response-{call['hook']}"
    service.post(path, data=b'{"zyx-patient": ', headers=run.bearer(path) | _JSON)
    elsewhere = "/cds-services/zyx-patient"
    service.post(elsewhere, json=call, headers=run.bearer(elsewhere))
    again = run.bearer(path)
    assert [service.post(path, json=call, headers=again).status_code for _ in "ab"] == [200, 401]
    foreign = {"Authorization": f"Bearer {run.token(path, 'https://zyx-patient.example.org')}"}
    service.post(path, json=call, headers=foreign)
    _feedback(service, run, path)
    _spoil(service, run)


_JSON = {"Content-Type": "application/json"}


def _send(service: Service, run: Run, call: Json) -> None:
    path = f"/cds-services/liver-response-{call['hook']}"
    service.call(call, headers=run.bearer(path))


def _feedback(service: Service, run: Run, path: str) -> None:
    item = {
        "card": str(uuid4()),
        "outcome": "overridden",
        "overrideReason": {"userComment": COMMENT},
        "outcomeTimestamp": "2026-06-15T10:00:00Z",
    }
    path = f"{path}/feedback"
    service.post(path, json={"feedback": [item]}, headers=run.bearer(path))


def _spoil(service: Service, run: Run) -> None:
    """A request that is no HTTP, with a token where a header's name should be."""
    token = run.token("/cds-services")
    address = urlsplit(service.base)
    with socket.create_connection((address.hostname or "", address.port or 0), 5) as connection:
        connection.sendall(f"GET /zyx-patient HTTP/1.1\r\nBearer {token}\r\n\r\n".encode())
        connection.recv(100)


def test_nothing_of_a_patient_and_no_token_is_anywhere_in_what_a_run_wrote(
    written: Written,
) -> None:
    assert len(written.secrets) > 100
    found = {secret for secret in written.secrets if secret.encode() in written.everything}
    assert found == set()


def test_each_call_has_one_line_whatever_became_of_it(written: Written) -> None:
    calls = len(list(CALLS.iterdir())) + 9
    of_calls = [line for line in written.lines if not line["service"].endswith("feedback")]
    assert len(of_calls) >= calls
    assert {line["status"] for line in of_calls} >= {200, 400, 401, 404, 412}
    assert {"MissingDataError", "OtherPatientError", "NotAdmittedError"} <= {
        line.get("failure") for line in of_calls
    }


def test_a_line_tells_what_was_concluded_on_which_rules_of_which_rule_book(
    written: Written,
) -> None:
    line = next(
        x
        for x in written.lines
        if x["service"] == "liver-response-order-sign"
        and x.get("grade") == "TREATMENT_EFFECT_SUPPORTED"
    )
    assert line["event"] == "call"
    assert (line["client"], line["issuer"]) == ("main", "https://ehr.example.org")
    assert "P1" in line["rules"]
    assert re.fullmatch(r"[0-9a-f]{32}", line["inputHash"])
    assert line["rulebook"].keys() == {"version", "hash"}
    assert line["prefetch"]["imaging"] == "present"
    assert line["cards"][0]["topic"] == "TreatmentEffectSupported"
    assert set(line["milliseconds"]) == {"admit", "read", "answer", "whole"}
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_what_was_asked_for_in_vain_is_told(written: Written) -> None:
    tried = [line["tried"] for line in written.lines if "tried" in line]
    assert {"conditions": "the server reported an error"}.items() <= tried[-1].items()


def test_the_servers_own_messages_are_lines_of_json_too(written: Written) -> None:
    told = [json.loads(line) for line in written.other if line.startswith("{")]
    assert len(told) >= len(written.other) - 1  # the greeting of the command line
    assert {"level", "logger", "event", "at"} <= set(told[0])
    assert any(line["logger"] == "gunicorn.error" for line in told)
    assert any(line["event"].startswith("not admitted: seen before") for line in told)


def logged(statements: str) -> list[Json]:
    """What a process with our logs writes to standard error."""
    program = f"from service.audit.logs import start_logs; start_logs(None)\n{statements}"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, cwd=ROOT, text=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_of_an_exception_its_kind_and_place_are_told_and_not_what_it_says() -> None:
    (line,) = logged("raise ValueError('zyx 61.37 mm')")
    assert line["failure"] == "ValueError in <string>, line 2"
    assert "zyx" not in str(line)


def test_of_a_message_of_a_library_only_the_place_is_told() -> None:
    statements = (
        "import logging, warnings; warnings.warn('zyx')\n"
        "logging.getLogger('urllib3').warning('%s', 'zyx')\n"
        "logging.getLogger('service.x').warning('%s', 'ours')\n"
        "logging.getLogger('urllib3').warning('%d', 'zyx')"
    )
    lines = logged(statements)
    assert [line["logger"] for line in lines] == ["py.warnings", "urllib3", "service.x"]
    assert lines[1]["event"] == "a message that may quote a call, from <string>, line 3"
    assert lines[2]["event"] == "ours"
    assert "zyx" not in str(lines)


def test_a_call_of_which_no_line_can_be_written_is_answered_and_the_failure_told(
    tmp_path: Path,
) -> None:
    environment = {"LIVER_RESPONSE_AUDIT_LOG": "/dev/full"}
    with serving(tmp_path / "log", environment) as service:
        assert service.call(told_today("order-sign-sunitinib")).status_code == 200
    assert "a call was not recorded: OSError" in (tmp_path / "log").read_text("utf-8")


def test_a_file_of_lines_that_was_renamed_is_begun_anew(tmp_path: Path) -> None:
    place = tmp_path / "calls.jsonl"
    with serving(tmp_path / "log", {"LIVER_RESPONSE_AUDIT_LOG": str(place)}) as service:
        for number in range(2):
            service.call(told_today("order-sign-sunitinib"))
            place.rename(tmp_path / f"old-{number}")
    assert [len((tmp_path / f"old-{n}").read_text().splitlines()) for n in range(2)] == [1, 1]


RECORD = CallRecord(
    at=datetime(2026, 6, 15, 10, tzinfo=timezone.utc),
    service="liver-response-order-sign",
    status=200,
    client="main",
    hook_instance="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    conclusion=Conclusion("POSSIBLE", "P", ("P1",), RulebookId("1", "ab"), "cd", "ef"),
    cards=(IssuedCard("u", "TreatmentEffectPossible", "info"),),
    milliseconds={"whole": 12.5},
)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\n{}", "\x00\x1b[2J", "\u2028", "\u202eabc", "\ud800", "x" * 1_000_000]
)
def test_what_a_caller_says_of_itself_cannot_forge_or_flood_the_log(text: str) -> None:
    record = replace(RECORD, tenant=text, hook_instance=text, service=text)
    line = line_of(record)
    shown = json.dumps(line, ensure_ascii=False)
    assert shown.isprintable()
    assert len(str(line["tenant"])) <= LONGEST + 1
    assert len(shown) < 2000
    assert line["service"] == "unknown"


def test_an_id_of_a_hooks_instance_that_is_a_name_is_not_written() -> None:
    assert line_of(replace(RECORD, hook_instance="Smith, John"))["hookInstance"] == "not an id"


def events_of(text: str) -> list[Json]:
    result = CliRunner().invoke(main, ["audit", "events"], input=text)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_lines_become_audit_events_that_are_valid_fhir(written: Written) -> None:
    text = "\n".join(json.dumps(line) for line in written.lines)
    events = events_of(text)
    assert len(events) == len(written.lines)
    for event in events:
        AuditEvent.model_validate(event)
    assert {event["outcome"] for event in events} == {"0", "4"}
    assert [agent["requestor"] for agent in events[0]["agent"]] == [True, False]


def test_other_lines_of_the_log_are_no_audit_events() -> None:
    line = json.dumps({"event": "call", **line_of(RECORD)})
    assert len(events_of(f'{{"event": "a warning"}}\n\n[1]\n{line}\n')) == 1


def test_a_line_that_is_not_ours_is_named() -> None:
    result = CliRunner().invoke(main, ["audit", "events"], input='{"event": "call"}\nnonsense')
    assert result.exit_code == 1
    assert "line 1: has no time or no status" in result.output
