"""Whether a service may be started as it is configured, and what of that is dangerous but permitted."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from service.cds.suggestions import load_options
from service.configuration.reading import did_you_mean
from service.configuration.tables import Client, Profile
from service.outbound.destinations import is_loopback
from service.settings import Settings
from service.trust.key_set import key_for, read_key_set
from service.trust.own_keys import read_own_keys


def refusals(settings: Settings) -> Iterator[str]:
    """Why the service is not started; nothing where it may be."""
    beyond = not is_loopback(settings.host)
    if beyond and not settings.clients:
        yield (
            f"host {settings.host!r} is not a loopback address, and no client is configured: "
            "name the clients in the file of LIVER_RESPONSE_CONFIG, or listen on 127.0.0.1"
        )
    if settings.first_look is not None and (beyond or settings.clients):
        yield (
            "first_look is for development: take it away where clients are configured or the host "
            "is not a loopback address"
        )
    if settings.clients and settings.public_url is None:
        yield (
            "clients are configured without public_url: their tokens name the address that they "
            "call, so set it to the one under which they reach this service"
        )
    if settings.ca_file is not None and not _holds_certificates(settings.ca_file):
        yield f"ca_file {settings.ca_file} holds no certificates in PEM"
    if settings.state_folder is not None and not os.access(settings.state_folder, os.W_OK):
        yield f"state_folder {settings.state_folder} cannot be written to"
    for client in settings.clients:
        yield from (f"client {client.name}: {reason}" for reason in _of_client(client, settings))


def _holds_certificates(file: str) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # what is no certificate is an OSError as well
        return False
    return True


def _of_client(client: Client, settings: Settings) -> Iterator[str]:
    if client.profile is Profile.SANDBOX and not _this_machine_alone(settings):
        yield (
            "the profile sandbox is for development: the sandbox signs with a published key, so "
            "it is taken only where host and public_url are this machine"
        )
    options = load_options().options
    for name in sorted(client.preference_list.keys() - options.keys()):
        yield f"preference_list names no option {name!r}; {did_you_mean(name, options)}"
    try:
        read_own_keys(client)
    except ValueError as error:
        yield f"own_access: {error}"
    yield from _of_key_file(client)


def _of_key_file(client: Client) -> Iterator[str]:
    """Keys in a file are read now; those elsewhere when they are first needed."""
    if client.jwks_file is None:
        return
    try:
        with open(client.jwks_file, "rb") as file:
            keys = read_key_set(file.read())
    except (OSError, ValueError):
        yield "jwks_file is no JWK Set"
        return
    if not any(key_for(key, a.value) for key in keys.values() for a in client.algorithms):
        yield "jwks_file has no key, with a kid of its own, for the algorithms of the client"


def warnings(settings: Settings) -> Iterator[str]:
    """What is permitted, and better not so where there are patients."""
    if not settings.clients:
        yield "no client is configured: everybody on this machine may call, and nobody else"
        return
    if settings.state_folder is None:
        yield "state_folder is not set: tokens issued before a start are refused after it"
    if (settings.public_url or "").startswith("http:"):
        yield "public_url is without TLS: calls, and the patients in them, can be read on the way"
    for client in settings.clients:
        yield from (f"client {client.name}: {danger}" for danger in _dangers(client))


def _dangers(client: Client) -> Iterator[str]:
    if client.profile is Profile.SANDBOX:
        yield "sandbox: anybody can sign as it; for development alone"
    if client.plain_http:
        yield "plain_http: keys and records may be read, and changed, on the way"
    if client.private_addresses:
        yield "private_addresses: its addresses may lead to any machine of the own network"
    if client.fhir_without_token:
        yield "fhir_without_token: its FHIR servers are asked without saying who asks"
    if client.audiences:
        yield "audiences: a token meant for one of our addresses is good for all of them"
    if any(origin.startswith("http:") for origin in client.cors_origins):
        yield "cors_origins: a page without TLS may call"
    if client.profile is Profile.EPIC and not client.preference_list:
        yield "epic without preference_list: cards offer no orders, they only name them"


def _this_machine_alone(settings: Settings) -> bool:
    shown = urlsplit(settings.public_url or "").hostname or settings.host
    return is_loopback(settings.host) and is_loopback(shown)
