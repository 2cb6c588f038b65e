"""All pages and criteria in one document."""

from __future__ import annotations

from rules.cases import load_cases
from rules.document.knowledge import Chapter
from rules.document.markdown import anchor, plain, section
from rules.document.published import criterion
from rules.rulebook import Rulebook

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


def chapters(book: Rulebook) -> tuple[Chapter, ...]:
    """Every page of the catalog, in the order in which a patient is judged."""
    return tuple(_chapter(book, page) for page in _ORDER)


def document(book: Rulebook) -> str:
    """The whole document."""
    titles = [book.pages[page].title for page in _ORDER] + ["Published criteria"]
    contents = "\n".join(f"- [{plain(title)}](#{anchor(title)})" for title in titles)
    criteria = (criterion(page) for page in book.knowledge.criteria.values())
    published = section(2, "Published criteria", _BESIDE, *criteria)
    return "\n\n".join((_HEAD, contents, *(c.markdown() for c in chapters(book)), published)) + "\n"


_BESIDE = (
    "Shown side by side with the grade, with their arithmetic. They decide nothing, except where a "
    "page above names one."
)


def _chapter(book: Rulebook, page: str) -> Chapter:
    rules = tuple(rule for where, rule in book.explainer.rules if where == page)
    cases = load_cases(page, book.knowledge.group_of) if page in _WITH_CASES else ()
    return Chapter(book.pages[page], rules, cases, book.explainer.thresholds)
