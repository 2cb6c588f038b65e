"""Coded statements about lesions, studies and the patient: what an Observation says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.timeline import FindingKind
from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import coded
from service.extract.notes import Notes, Unusable
from service.fhir.records import Concept, ObservationRecord, Value

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


class FindingReader:
    """Reads the statements of Observations, whether code, component or value carries them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def states(self, record: ObservationRecord) -> bool:
        """Whether an Observation makes a statement of a known kind, readable or not."""
        return any(self._kinds(code) or self._implied(value) for code, value in record.answers)

    def statements(self, record: ObservationRecord, notes: Notes) -> list[Statement]:
        """What one Observation states; what cannot be read is named."""
        found: list[Statement] = []
        for code, value in record.answers:
            kinds = self._kinds(code)
            for term in kinds:
                try:
                    found.extend(self._statement(term, value))
                except Unusable as reason:
                    notes.cannot_read(record.reference, f"{term.attributes['kind']}: {reason}")
            if not kinds:
                found.extend(self._implied(value))
        return list(dict.fromkeys(found))

    def flag(self, value: Value) -> bool:
        """Whether something is stated to be so.

        Raises:
            Unusable: neither present nor absent.
        """
        said = self._said(value)
        if said not in _PRESENCE:
            raise Unusable("neither present nor absent")
        return said == _PRESENT

    def _kinds(self, code: Concept) -> tuple[Term, ...]:
        return coded(self._vocabulary, "findings", code)

    def _implied(self, value: Value) -> list[Statement]:
        """What a value says by itself, whatever was asked."""
        terms = self._kinds(value) if isinstance(value, Concept) else ()
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
