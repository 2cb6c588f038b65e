"""What the configuration file may say, checked by pydantic on reading.

Every field is explained here and shown in ``deploy/liver-response.example.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from service.configuration.addresses import Address, Base, File, Name, Origin
from service.configuration.smart import Smart
from service.outbound.destinations import Destinations

_STRICT = ConfigDict(extra="forbid", strict=True)
_FOREVER = 3650
SANDBOX_ISSUER = "https://sandbox.cds-hooks.org"
"""The issuer of the CDS Hooks sandbox. Its private key is published: anybody can sign as it."""


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


class OwnAlgorithm(str, Enum):
    """Signatures of our own, as SMART Backend Services has them."""

    RS384 = "RS384"
    ES384 = "ES384"


Text = Annotated[str, Field(min_length=1)]
# What a header and a form take: scopes by spaces, as OAuth 2.0 has them.
Scope = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$")]


@dataclass(frozen=True, config=_STRICT)
class OwnAccess:
    """Access of our own to a client's FHIR server (SMART Backend Services), for calls without a token.

    Attributes:
        fhir_server: which of the client's FHIR servers it is for.
        token_url: where access tokens are asked for.
        client_id: what the authorisation server calls this service.
        key_files: private keys (PEM). The first signs; all are published, so that a new key is
            known before it is put first.
        algorithm: how is signed.
        scope: what is asked for.
    """

    fhir_server: Base
    token_url: Address
    client_id: Text
    key_files: Annotated[tuple[File, ...], Field(min_length=1)]
    scope: Scope
    algorithm: OwnAlgorithm = OwnAlgorithm.ES384


@dataclass(frozen=True, config=_STRICT)
class Client:
    """One client: an EHR, or one site of it.

    Attributes:
        name: what it is called in logs and figures.
        issuer: the ``iss`` of its tokens, exactly. Sites that share one have each their tenants.
        jku: where its public keys are had from; a token that names another place is refused.
        jwks_file: its public keys in a file, where they were exchanged beforehand. They are then
            had from there alone, and ``jku`` is merely what its tokens may name.
        algorithms: the signatures it uses.
        tenants: the ``tenant`` values that it may name; empty for any or none.
        audiences: what its tokens may name as ``aud`` besides the address invoked.
        profile: how its EHR differs from the standard.
        preference_list: for ``epic``: the preference list item of each option that may be ordered
            from a card, by the name of the option.
        fhir_servers: base addresses of the FHIR servers that it may have us ask.
        fhir_without_token: whether they may be asked without an access token.
        private_addresses: whether these addresses may lead into a private network.
        plain_http: whether they may be without TLS.
        cors_origins: web origins from which browsers may call.
        own_access: access of our own to one of the FHIR servers, for calls without a token.
        smart: how the evidence page is opened from its EHR; None where it is not.
    """

    name: Name
    issuer: Text
    jku: Address | None = None
    jwks_file: File | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = (
        Algorithm.RS384,
        Algorithm.ES384,
    )
    tenants: tuple[Text, ...] = ()
    audiences: tuple[Text, ...] = ()
    profile: Profile = Profile.GENERIC
    preference_list: dict[str, Text] = Field(default_factory=dict, repr=False)
    fhir_servers: tuple[Base, ...] = ()
    fhir_without_token: bool = False
    private_addresses: bool = False
    plain_http: bool = False
    cors_origins: tuple[Origin, ...] = ()
    own_access: OwnAccess | None = None
    smart: Smart | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Client:
        problems = "\n".join(self._problems())
        if problems:
            raise ValueError(problems)
        return self

    def _problems(self) -> Iterator[str]:
        if self.jku is None and self.jwks_file is None:
            yield "name jku or jwks_file: without keys no token can be checked"
        own = self.own_access
        called = [self.jku, *self.fhir_servers, own.token_url if own else None]
        if not self.plain_http and any(a and a.startswith("http:") for a in called):
            yield "an address is without TLS; use https, or set plain_http for a test"
        if own and own.fhir_server not in self.fhir_servers:
            yield "own_access.fhir_server must be one of fhir_servers"
        if self.issuer == SANDBOX_ISSUER and self.profile is not Profile.SANDBOX:
            yield f"{SANDBOX_ISSUER} signs with a published key; its profile must be sandbox"
        if self.preference_list and self.profile is not Profile.EPIC:
            yield "preference_list is for the profile epic alone"

    @property
    def destinations(self) -> Destinations:
        """The FHIR servers that may be asked on its behalf."""
        return Destinations(
            bases=self.fhir_servers,
            private_addresses=self.private_addresses,
            plain_http=self.plain_http,
            without_token=self.fhir_without_token,
        )

    def only(self, place: str) -> Destinations:
        """One other address of the client, such as that of its keys."""
        return Destinations(
            bases=(place,),
            private_addresses=self.private_addresses,
            plain_http=self.plain_http,
        )


@dataclass(frozen=True, config=_STRICT)
class Database:
    """Where issued cards and feedback are kept.

    Attributes:
        url: an SQLAlchemy address: SQLite or PostgreSQL.
        retention_days: after how many days they are deleted.
        comment_key_file: keys under which comments are kept; without it, they are not.
    """

    url: Text | None = Field(default=None, repr=False)
    retention_days: Annotated[int, Field(ge=1, le=_FOREVER)] = 400
    comment_key_file: File | None = None


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
    """The whole file.

    ``service`` and ``limits`` hold settings that the environment may hold as well; they are read
    by ``service.settings``, which explains them.
    """

    service: dict[str, Any] = Field(default_factory=dict)
    limits: dict[str, Any] = Field(default_factory=dict)
    database: Database = Field(default_factory=Database)
    clients: tuple[Client, ...] = ()
    operators: tuple[Operator, ...] = ()

    @model_validator(mode="after")
    def _tell_apart(self) -> Configuration:
        problems = "\n".join(self._doubles())
        if problems:
            raise ValueError(problems)
        return self

    def _doubles(self) -> Iterator[str]:
        for name in _twice([client.name for client in self.clients]):
            yield f"clients: two have the name {name!r}"
        for issuer in _twice([client.issuer for client in self.clients]):
            sites = [client.tenants for client in self.clients if client.issuer == issuer]
            if not all(sites) or _twice([tenant for tenants in sites for tenant in tenants]):
                yield f"clients: two have the issuer {issuer!r}, and no tenants that tell them apart"


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
