"""One call as it is kept and told of: never a token, a name, an id of a person or a clinical value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rules.assessment import RulebookId


@dataclass(frozen=True)
class IssuedCard:
    """A card that was sent.

    Attributes:
        topic: the code of its topic: "TreatmentEffectSupported".
        suggestions: the UUIDs of its suggestions.
    """

    uuid: str
    topic: str
    indicator: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conclusion:
    """What a call came to.

    Attributes:
        because: the code of the grade rule that fired.
        rules: the codes of everything that fired, in card order.
        input_hash: a digest of what was read; None where it has none.
        likeness: a keyed digest of who asked, on which hook, about whom, and of index study, grade
            and evidence: equal for a repeat, and telling nothing of any of them.
    """

    grade: str
    because: str
    rules: tuple[str, ...]
    rulebook: RulebookId
    input_hash: str | None
    likeness: str


@dataclass(frozen=True)
class CallRecord:
    """One call.

    Attributes:
        at: when it was answered; UTC.
        client: what the configuration calls the client; "anybody" where none is configured,
            "unknown" for whoever is not admitted and names nobody on the list.
        failure: the kind of error it was answered with; "" where it was answered.
        conclusion: None where the record of the patient was not read.
        withheld: the topics of the cards that were not shown again, since the user overrode them.
        states: what became of each prefetch key: "present", "empty", "absent", ...
        fetched: the keys that were asked for at the FHIR server and came.
        tried: why each other key that was asked for did not come.
        milliseconds: how long each stage took: "admit", "read", "answer", "whole".
    """

    at: datetime
    service: str
    status: int
    client: str = ""
    issuer: str = ""
    tenant: str = ""
    hook_instance: str = ""
    failure: str = ""
    conclusion: Conclusion | None = None
    cards: tuple[IssuedCard, ...] = ()
    withheld: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    fetched: tuple[str, ...] = ()
    tried: Mapping[str, str] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)
