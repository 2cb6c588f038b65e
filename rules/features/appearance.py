"""What new lesions look like, taken together, and whether known ones look treated."""

from __future__ import annotations

from rules.clinical_facts import NewLesion
from rules.features.lookup import Lookup
from rules.timeline import FindingKind, Lesion, Study


def new_lesion(lesions: tuple[Lesion, ...], look: Lookup) -> NewLesion | None:
    """All new lesions as one: solid if any is, cyst-like and correlated only if all are."""
    if not lesions:
        return None
    characters = [_character(lesion, look) for lesion in lesions]
    if "solid-enhancing" in characters:
        character = "solid-enhancing"
    else:
        character = "cyst-like" if set(characters) == {"cyst-like"} else "unknown"
    return NewLesion(character, all(_correlated(lesion, look) for lesion in lesions))


def _character(lesion: Lesion, look: Lookup) -> str:
    said = [f.value for f in look.findings(FindingKind.LESION_CHARACTER) if f.lesion == lesion.id]
    return "solid-enhancing" if "solid-enhancing" in said else (said[-1] if said else "unknown")


def _correlated(lesion: Lesion, look: Lookup) -> bool:
    said = [
        f.value
        for f in look.findings(FindingKind.BASELINE_CORRELATE)
        if f.lesion in (lesion.id, None)
    ]
    return bool(said) and all(value == "present" for value in said)


def known_lesion_cystic(look: Lookup, new: tuple[Lesion, ...], index: Study | None) -> bool:
    """A known lesion described as cyst-like at the index study is a description of effect."""
    new_ids = {lesion.id for lesion in new}
    return index is not None and any(
        f.value == "cyst-like" and f.lesion not in new_ids and f.study == index.id
        for f in look.findings(FindingKind.LESION_CHARACTER)
    )
