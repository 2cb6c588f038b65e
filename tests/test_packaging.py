"""The names ``service`` and ``rules`` are nobody else's, and the lock guards the rule book."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import packages_distributions

import pytest

from rules.lock import Locked, complaints, current, recorded, write


@pytest.mark.parametrize("package", ["rules", "service"])
def test_no_other_distribution_installs_a_package_of_that_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) == {"liver-response-cds"}


def test_changed_content_needs_a_new_version() -> None:
    unit, *others = current()
    changed = replace(unit, hash="0" * 16)
    assert "raise the version" in complaints((changed, *others), recorded())[0]
    raised = replace(changed, version="9.9.9")
    assert "--write" in complaints((raised, *others), recorded())[0]


def test_a_new_page_is_locked_and_a_page_never_disappears() -> None:
    lock = recorded()
    new = Locked("new_page", "1.0.0", "f" * 16)
    assert complaints((*current(), new), lock) == (
        "new_page: is not locked; run python -m rules.lock --write",
    )
    assert "retire it" in complaints(current()[1:], lock)[0]


def test_the_lock_is_written_as_it_is_read() -> None:
    assert write(current()).count("version:") == len(current())
