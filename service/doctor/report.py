"""What the doctor finds: key by key, then the orders, and what would be answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceFound:
    """One resource.

    Attributes:
        became: the facts that came of it, in words; empty where none did.
        reason: why it, or one of its values, was not used; "" where all of it was.
    """

    reference: str
    became: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class CodeFound:
    """A code that was asked or answered with and means nothing to this service, and how often."""

    system: str
    code: str
    words: str
    times: int


@dataclass(frozen=True)
class KeyFound:
    """One prefetch key.

    Attributes:
        name: as it was sent, or as discovery has it where it was not.
        ours: whether discovery asks for it by this name.
        needed: whether nothing can be judged without it (of the medication keys one is enough).
        queries: what would be asked of the FHIR server for it, relative to its base.
        scopes: what an access token must grant for that: as SMART 2 and as SMART 1 write it.
    """

    name: str
    ours: bool
    state: str
    needed: bool
    resources: tuple[ResourceFound, ...] = ()
    not_understood: tuple[CodeFound, ...] = ()
    queries: tuple[str, ...] = ()
    scopes: tuple[str, str] = ("", "")

    @property
    def read(self) -> tuple[ResourceFound, ...]:
        """The resources that facts came of."""
        return tuple(found for found in self.resources if found.became)

    @property
    def ignored(self) -> tuple[ResourceFound, ...]:
        """The resources that, wholly or in part, were not used."""
        return tuple(found for found in self.resources if found.reason or not found.became)


@dataclass(frozen=True)
class Report:
    """Everything about one call.

    Attributes:
        orders: how each order was understood.
        answer: what the service would answer, in one sentence.
        grade: the grade; "" where nothing could be judged, or the record was not looked at.
        unread: what bears on the question and could not be read, units among it.
        remarks: how something was read that was not plain.
        unavailable: kinds of data that were not to be had.
    """

    keys: tuple[KeyFound, ...]
    orders: tuple[str, ...]
    answer: str
    grade: str = ""
    unread: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
