"""What users write when they override a card: kept only under a key, and then only encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.store.errors import StoreUnusableError

LONGEST = 1000
"""How many characters of a comment are kept."""

UNREADABLE = "(written under another key)"


@dataclass(frozen=True)
class Comments:
    """Encrypts comments. Without keys nothing of a comment is kept but how long it was."""

    keys: MultiFernet | None = None

    def sealed(self, comment: str) -> bytes | None:
        """A comment as it is kept; None for not at all."""
        kept = comment[:LONGEST].encode("utf-8", "replace")
        return self.keys.encrypt(kept) if self.keys and kept else None

    def opened(self, sealed: bytes | None) -> str:
        """A comment as it was written; "" where none is kept."""
        if sealed is None or self.keys is None:
            return ""
        try:
            return self.keys.decrypt(sealed).decode("utf-8")
        except InvalidToken:
            return UNREADABLE


def new_key() -> str:
    """A key to be put into a file."""
    return Fernet.generate_key().decode("ascii")


def read_comments(path: str | None) -> Comments:
    """Comments under the keys of a file, one a line: the first encrypts, all decrypt.

    Raises:
        StoreUnusableError: it cannot be read, or has no key or something else in it.
    """
    if path is None:
        return Comments()
    try:
        keys = [Fernet(line.strip()) for line in Path(path).read_text("ascii").splitlines() if line]
        return Comments(MultiFernet(keys))
    except (OSError, ValueError):
        raise StoreUnusableError(
            f"comment_key_file: {path} is no list of keys; `liver-response feedback key` makes one"
        ) from None
