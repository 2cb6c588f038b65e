"""What the configuration file may say of the evidence page of a client's EHR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from service.configuration.addresses import Base, File, Origin

_SIGNATURES = ("RS384", "ES384")


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Smart:
    """How the evidence page is opened from a client's EHR (SMART App Launch 2.2).

    With neither a secret nor a key this service is a public client; PKCE is used in any case.

    Attributes:
        client_id: what the EHR's sign-in server calls this service.
        secret_file: a file with the client secret alone.
        key_file: a file with the private key, one JWK with its ``kid`` and ``alg``.
        oauth_servers: where users are signed in, if not at the origin of the FHIR server.
        scopes: what is to be asked for besides reading.
        embedded_in: web origins of the EHR whose pages show the evidence page in a frame.
    """

    client_id: Annotated[str, Field(min_length=1)]
    secret_file: File | None = None
    key_file: File | None = None
    oauth_servers: tuple[Base, ...] = ()
    scopes: tuple[str, ...] = ()
    embedded_in: tuple[Origin, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Smart:
        problems = "\n".join(self._problems())
        if problems:
            raise ValueError(problems)
        return self

    def _problems(self) -> Iterator[str]:
        if self.secret_file and self.key_file:
            yield "name either secret_file or key_file, or neither"
        if self.key_file and not _is_own_key(Path(self.key_file)):
            yield "key_file: must be one private JWK with kid and alg (RS384 or ES384)"


def _is_own_key(path: Path) -> bool:
    try:
        key = json.loads(path.read_text("utf-8"))
    except ValueError:
        return False
    whole = isinstance(key, dict) and all(isinstance(key.get(n), str) for n in ("kid", "kty", "d"))
    return whole and key.get("alg") in _SIGNATURES
