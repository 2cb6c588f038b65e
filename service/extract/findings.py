"""Coded statements about lesions, studies and the patient: what an Observation says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.timeline import FindingKind
from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import coded
from service.extract.notes import Unusable
from service.extract.observations import Observed
from service.fhir.records import Concept, Value

_PRESENT, _ABSENT = "present", "absent"
_CHANGE = frozenset(("increased", "unchanged", "decreased"))

# what each kind may say; kinds not listed are present or absent
_SAYS: Mapping[FindingKind, frozenset[str]] = {
    FindingKind.CHANGE_FROM_PRIOR: _CHANGE | {"new"},
    FindingKind.LESION_CHARACTER: frozenset(("cyst-like", "solid-enhancing")),
    FindingKind.CONSPICUITY: _CHANGE,
    FindingKind.EXTRAHEPATIC: frozenset(
        ("new", "progressing", "stable", "responding", "none-known")
    ),
    FindingKind.CLINICAL: frozenset(("crisis", "worse", "stable", "improved")),
    FindingKind.PET: frozenset(("CMR", "PMR", "SMD", "PMD")),
    FindingKind.BIOPSY: frozenset(("viable-tumour", "necrosis")),
    FindingKind.CHUN: frozenset(("optimal", "incomplete", "none")),
}
_PRESENCE = frozenset((_PRESENT, _ABSENT))
# RadLex and SNOMED have one "stable" for lesions and for patients
_SAME = {(FindingKind.CHANGE_FROM_PRIOR, "stable"): "unchanged"}

Statement = tuple[FindingKind, str]


@dataclass(frozen=True)
class Stated:
    """What one Observation states, and why what it states besides cannot be read."""

    statements: tuple[Statement, ...]
    unread: tuple[str, ...] = ()


class FindingReader:
    """Reads the statements of Observations, whether code, component or value carries them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def stated(self, observed: Observed) -> Stated | None:
        """What one Observation states, asked for or not; None where it is of no known kind."""
        if observed.asked.findings:
            return self._answered(observed)
        found = [said for _, value in observed.record.answers for said in self._implied(value)]
        return Stated(tuple(dict.fromkeys(found))) if found else None

    def _answered(self, observed: Observed) -> Stated:
        found: list[Statement] = []
        unread: list[str] = []
        asked = zip(observed.asked.findings, observed.record.answers, strict=True)
        for kinds, (_, value) in asked:
            for term in kinds:
                try:
                    found.extend(self._statement(term, value))
                except Unusable as reason:
                    unread.append(f"{term.attributes['kind']}: {reason}")
            if not kinds:
                found.extend(self._implied(value))
        return Stated(tuple(dict.fromkeys(found)), tuple(unread))

    def flag(self, value: Value) -> bool:
        """Whether something is stated to be so.

        Raises:
            Unusable: neither present nor absent.
        """
        said = self._said(value)
        if said not in _PRESENCE:
            raise Unusable("neither present nor absent")
        return said == _PRESENT

    def _implied(self, value: Value) -> list[Statement]:
        """What a value says by itself, whatever was asked."""
        if not isinstance(value, Concept):
            return []
        terms = coded(self._vocabulary, "findings", value)
        return [(_kind(t), t.attributes["value"]) for t in terms if "value" in t.attributes]

    def _statement(self, term: Term, value: Value) -> list[Statement]:
        kind = _kind(term)
        if "value" in term.attributes:  # a finding by its code: is it there?
            return [(kind, term.attributes["value"])] if self.flag(value) else []
        implied = self._implied(value)
        if implied:
            return implied
        said = self._said(value)
        said = _SAME.get((kind, said), said)
        if said not in _SAYS.get(kind, _PRESENCE):
            raise Unusable("not a value that it can have")
        return [(kind, said)]

    def _said(self, value: Value) -> str:
        """The one known value that a code, a boolean or a whole text stands for."""
        if value is None:
            raise Unusable("no value that could be read")
        if isinstance(value, bool):
            return _PRESENT if value else _ABSENT
        names = self._names(value)
        if len(names) != 1:
            raise Unusable("not a value that is known")
        return names.pop()

    def _names(self, value: Value) -> set[str]:
        if isinstance(value, Concept):
            by_code = coded(self._vocabulary, "values", value)
            texts = [value.text, *(c.display for c in value.codings)]
            return {t.name for t in by_code} or {n for text in texts for n in self._whole(text)}
        return set(self._whole(value)) if isinstance(value, str) else set()

    def _whole(self, text: str) -> Iterator[str]:
        """The value that is the whole of a text; a sentence that contains one may deny it."""
        words = text.strip().casefold()
        for term in self._vocabulary.find_in_text("values", text):
            if words in {name.casefold() for name in (term.name, *term.names)}:
                yield term.name


def _kind(term: Term) -> FindingKind:
    return FindingKind(term.attributes["kind"])
