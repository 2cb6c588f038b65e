"""What could not be read, and how things were read: collected while a timeline is made."""

from __future__ import annotations

from collections.abc import Iterable

from rules.timeline import Unread


class Unusable(ValueError):  # noqa: N818 - it reads as the sentence it becomes
    """A value that cannot be used; the message is the reason and never contains the value."""


class Notes:
    """The ``unread`` and ``remarks`` of a timeline in the making.

    A resource that the reader of its FHIR form has named is not named again. References and
    reasons only: no value of a patient gets in here.
    """

    def __init__(self, unread: Iterable[Unread] = (), remarks: Iterable[str] = ()) -> None:
        self._unread = set(unread)
        self._named_before = {entry.reference for entry in self._unread}
        self._remarks = set(remarks)

    def cannot_read(self, reference: str, reason: str) -> None:
        """Name a resource that bears on the question and could not be used."""
        if reference not in self._named_before:
            self._unread.add(Unread(reference, reason))

    def remark(self, sentence: str) -> None:
        """Say how something was read, for the card."""
        self._remarks.add(sentence)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Everything named, by reference."""
        return tuple(sorted(self._unread, key=lambda entry: (entry.reference, entry.reason)))

    @property
    def remarks(self) -> tuple[str, ...]:
        """All remarks, in alphabetical order."""
        return tuple(sorted(self._remarks))
