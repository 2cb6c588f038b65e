"""What the configuration file may say, checked by pydantic on reading.

Every field of a client is explained here and shown in ``deploy/liver-response.example.toml``.
"""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from service.outbound.destinations import Destinations

_STRICT = ConfigDict(extra="forbid", strict=True)
_FOREVER = 3650


class Profile(str, Enum):
    """What a client's EHR does differently from the standard."""

    GENERIC = "generic"
    EPIC = "epic"
    SANDBOX = "sandbox"  # the CDS Hooks sandbox, for development


class Algorithm(str, Enum):
    """Signatures that a client may use. None is symmetric: a shared secret proves nothing."""

    RS384 = "RS384"
    ES384 = "ES384"
    RS256 = "RS256"
    ES256 = "ES256"
    PS256 = "PS256"
    PS384 = "PS384"


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or "?" in text or "#" in text:
        raise ValueError("must be an absolute http(s) address without a query")
    return text.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def _is_own_key(path: Path) -> bool:
    try:
        key = json.loads(path.read_text("utf-8"))
    except ValueError:
        return False
    whole = isinstance(key, dict) and all(isinstance(key.get(n), str) for n in ("kid", "kty", "d"))
    return whole and key.get("alg") in ("RS384", "ES384")


@dataclass(frozen=True, config=_STRICT)
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
    secret_file: str | None = None
    key_file: str | None = None
    oauth_servers: Annotated[tuple[Address, ...], Field(strict=False)] = ()
    scopes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    embedded_in: Annotated[tuple[Address, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _has_files(self) -> Smart:
        if self.secret_file and self.key_file:
            raise ValueError("name either secret_file or key_file, or neither")
        for name in ("secret_file", "key_file"):
            path = getattr(self, name)
            if path is not None and not Path(path).is_file():
                raise ValueError(f"{name}: there is no such file")
        if self.key_file is not None and not _is_own_key(Path(self.key_file)):
            raise ValueError("key_file: must be one private JWK with kid and alg (RS384 or ES384)")
        return self


@dataclass(frozen=True, config=_STRICT)
class Client:
    """One client: an EHR, or one site of it.

    Attributes:
        name: what it is called in logs and figures.
        issuer: the ``iss`` of its tokens, exactly.
        jku: where its public keys are had from; a token that names another place is refused.
        jwks_file: its public keys in a file, where they were exchanged beforehand.
        algorithms: the signatures it uses.
        tenants: the ``tenant`` values that it may name; empty for any or none.
        audiences: what its tokens may name as ``aud`` besides the address invoked.
        profile: how its EHR differs from the standard.
        fhir_servers: base addresses of the FHIR servers that it may have us ask.
        fhir_without_token: whether they may be asked without an access token.
        private_addresses: whether these addresses may lead into a private network.
        plain_http: whether they may be without TLS.
        cors_origins: web origins from which browsers may call.
        smart: how the evidence page is opened from its EHR; None where it is not.
    """

    name: Name
    issuer: Annotated[str, Field(min_length=1)]
    jku: Address | None = None
    jwks_file: str | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(strict=False, min_length=1)] = (
        Algorithm.RS384,
        Algorithm.ES384,
    )
    tenants: Annotated[tuple[str, ...], Field(strict=False)] = ()
    audiences: Annotated[tuple[str, ...], Field(strict=False)] = ()
    profile: Annotated[Profile, Field(strict=False)] = Profile.GENERIC
    fhir_servers: Annotated[tuple[Address, ...], Field(strict=False)] = ()
    fhir_without_token: bool = False
    private_addresses: bool = False
    plain_http: bool = False
    cors_origins: Annotated[tuple[Address, ...], Field(strict=False)] = ()
    smart: Smart | None = None

    @model_validator(mode="after")
    def _has_keys(self) -> Client:
        if (self.jku is None) is (self.jwks_file is None):
            raise ValueError("name either jku or jwks_file: without keys no token can be checked")
        if self.jwks_file is not None and not Path(self.jwks_file).is_file():
            raise ValueError("jwks_file: there is no such file")
        plain = [a for a in (self.jku, *self.fhir_servers) if a and a.startswith("http://")]
        if plain and not self.plain_http:
            raise ValueError("an address is without TLS; use https, or set plain_http for a test")
        return self

    @property
    def destinations(self) -> Destinations:
        """The FHIR servers that may be asked on its behalf."""
        return Destinations(
            bases=self.fhir_servers,
            private_addresses=self.private_addresses,
            plain_http=self.plain_http,
            without_token=self.fhir_without_token,
        )


@dataclass(frozen=True, config=_STRICT)
class Database:
    """Where issued cards and feedback are kept.

    Attributes:
        url: an SQLAlchemy address: SQLite or PostgreSQL.
        retention_days: after how many days they are deleted.
        comment_key_file: keys under which comments are kept; without it, they are not.
    """

    url: str | None = None
    retention_days: Annotated[int, Field(ge=1, le=_FOREVER)] = 400
    comment_key_file: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Operator:
    """Somebody, or a program, that may see the operators' page and the metrics.

    Attributes:
        name: what signs in.
        token_sha256: the SHA-256 of its token; ``liver-response operator token`` makes both.
    """

    name: Name
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, config=_STRICT)
class Configuration:
    """The whole file. ``service`` holds the settings that the environment may hold as well."""

    service: dict[str, Any] = Field(default_factory=dict)
    database: Database = Field(default_factory=Database)
    clients: Annotated[tuple[Client, ...], Field(strict=False)] = ()
    operators: Annotated[tuple[Operator, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _tell_apart(self) -> Configuration:
        for what in ("name", "issuer"):
            values = [getattr(client, what) for client in self.clients]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"clients: two have the {what} {twice[0]!r}")
        return self
