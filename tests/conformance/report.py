"""What became of each requirement, as docs/conformance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "conformance.md"
PASS, FAIL, SKIPPED = "PASS", "FAIL", "SKIPPED"
NOT_TESTED, NOT_BUILT = "not testable here", "not built yet"
_VERDICTS = (PASS, NOT_TESTED, NOT_BUILT, SKIPPED, FAIL)

_OPENING = """# Conformance to CDS Hooks

Made by `python -m pytest tests/conformance --conformance`, from tests against a live process of the
service. The contract is CDS Hooks 2.0.1; "3.0b" is what only the 3.0 ballot says, "(client)" what a
client must do and a service must cope with, "practice" what no standard asks but integrators do.
"""


@dataclass(frozen=True)
class Outcome:
    """One run of one test."""

    file: str
    test: str
    result: str  # passed, failed, skipped


@dataclass(frozen=True)
class Requirement:
    """One requirement. ``untested`` is why no test here can show it."""

    id: str
    section: str
    level: str
    asks: str
    untested: str = ""
    built: bool = True


def requirements() -> tuple[Requirement, ...]:
    """All requirements in the order of their list."""
    sections = yaml.safe_load((HERE / "requirements.yaml").read_text("utf-8"))
    return tuple(
        Requirement(name, section, **row)
        for section, rows in sections.items()
        for name, row in rows.items()
    )


def write_report(outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    """Write the document."""
    DOCUMENT.write_text("\n".join(_lines(outcomes)) + "\n", "utf-8")


def verdict(requirement: Requirement, outcomes: Sequence[Outcome]) -> str:
    """What the tests of a requirement came to."""
    if not requirement.built:
        return NOT_BUILT
    if requirement.untested:
        return NOT_TESTED
    results = {outcome.result for outcome in outcomes}
    if not results or "failed" in results:
        return FAIL
    return SKIPPED if "passed" not in results else PASS


def _lines(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    listed = requirements()
    verdicts = [verdict(r, outcomes.get(r.id, ())) for r in listed]
    yield _OPENING
    counts = (f"{verdicts.count(v)} {v}" for v in _VERDICTS)
    yield f"**{len(listed)} requirements: {', '.join(counts)}.**"
    section = ""
    for requirement, found in zip(listed, verdicts, strict=True):
        if requirement.section != section:
            section = requirement.section
            yield from (
                "",
                f"## {section}",
                "",
                "| | level | asks | result | shown by |",
                "|---|---|---|---|---|",
            )
        yield _row(requirement, found, outcomes.get(requirement.id, ()))


def _row(requirement: Requirement, found: str, outcomes: Sequence[Outcome]) -> str:
    tests = dict.fromkeys(f"`{o.file}::{o.test}`" for o in outcomes)
    shown = requirement.untested or "<br>".join(tests)
    cells = (requirement.id, requirement.level, requirement.asks, found, shown)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
