"""Write the document, or check that it is what the rule book says now."""

from __future__ import annotations

import sys
from pathlib import Path

from rules.cases import load_cases
from rules.document.knowledge import Chapter
from rules.document.markdown import anchor, plain, section
from rules.document.published import criterion
from rules.rulebook import Rulebook, load_rulebook

PLACE = Path("docs/rules.md")
_HEAD = """# The rule book

Written by `python -m rules.document --write` from `rules/catalog` and `rules/criteria`; change it there.
Not validated for care. Nothing here is signed off by clinicians yet. Every worked case is synthetic.

Evidence tags: **S** the statement was seen in the source named, **K** known literature that was not read
again, **A** an assumption of this product that a site's clinicians have to sign off.

A rule that lists several ways comes about by any of them. What is not known meets no condition."""
# In the order in which a patient is judged; what only other pages use comes last.
_ORDER = (
    "applicability", "true_progression", "local_therapy", "immune_pattern", "pseudoprogression",
    "image_quality", "grade", "settling", "exposure", "markers", "reading",
)  # fmt: skip
_WITH_CASES = frozenset(_ORDER[:7])


def document(book: Rulebook) -> str:
    """The whole document."""
    chapters = [_chapter(book, page) for page in _ORDER]
    titles = [book.pages[page].title for page in _ORDER] + ["Published criteria"]
    contents = "\n".join(f"- [{plain(title)}](#{anchor(title)})" for title in titles)
    criteria = (criterion(page) for page in book.knowledge.criteria.values())
    published = section(2, "Published criteria", _BESIDE, *criteria)
    return "\n\n".join((_HEAD, contents, *(c.markdown() for c in chapters), published)) + "\n"


_BESIDE = (
    "Shown side by side with the grade, with their arithmetic. They decide nothing, except where a "
    "page above names one."
)


def _chapter(book: Rulebook, page: str) -> Chapter:
    rules = tuple(rule for where, rule in book.explainer.rules if where == page)
    cases = load_cases(page, book.knowledge.group_of) if page in _WITH_CASES else ()
    return Chapter(book.pages[page], rules, cases, book.explainer.thresholds)


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
