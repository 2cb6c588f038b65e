"""Write the document, or check that it is what the rule book says now."""

from __future__ import annotations

import sys
from pathlib import Path

from rules.document.whole import document
from rules.rulebook import load_rulebook

PLACE = Path("docs/rules.md")


def main(arguments: list[str]) -> int:
    """Check, or with ``--write`` write."""
    now = document(load_rulebook())
    if "--write" in arguments:
        PLACE.write_text(now, "utf-8")
        return 0
    if PLACE.is_file() and PLACE.read_text("utf-8") == now:
        return 0
    print(f"{PLACE} is not current; run python -m rules.document --write", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
