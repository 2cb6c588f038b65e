"""Many threads ask one engine at once, and each gets the answer to its own facts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from rules.engine import Engine, Evaluation, Fact
from rules.language import at_least, is_, one_of, rule

THREADS = 200
ROUNDS = 4
SCHEMA = {"patient": {"name": str, "age": int}, "lesion": {"owner": str, "status": str}}


@pytest.fixture(autouse=True)
def threads_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def engine() -> Engine:
    return Engine(
        [
            rule("OLD", patient=at_least("age", "old")),
            rule("NEW", lesion=is_("status", "new")),
            rule(
                "OLD_NEW", patient=at_least("age", "old"), lesion=one_of("status", "new", "worse")
            ),
        ],
        {"old": 100},
        SCHEMA,
    )


def patient(number: int) -> list[Fact]:
    """One patient, in whose facts a stranger's would be seen at once."""
    name = f"patient {number}"
    statuses = ["new"] * (number % 3) + ["worse"] * (number % 2) + ["stable"]
    lesions = [Fact("lesion", {"owner": name, "status": status}) for status in statuses]
    return [Fact("patient", {"name": name, "age": number}), *lesions]


def owners(evaluation: Evaluation) -> set[object]:
    facts = [*evaluation.unused, *(fact for match in evaluation.matches for fact in match.facts)]
    return {fact.values.get("name", fact.values.get("owner")) for fact in facts}


def test_two_hundred_threads_on_one_engine_each_see_their_own_patient() -> None:
    alone, shared, together = engine(), engine(), Barrier(THREADS)
    expected = [alone.evaluate(patient(number)) for number in range(THREADS)]

    def ask(number: int) -> list[Evaluation]:
        together.wait()
        return [shared.evaluate(patient(number)) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(THREADS)))

    assert answers == [[evaluation] * ROUNDS for evaluation in expected]
    assert [owners(answer[0]) for answer in answers] == [{f"patient {n}"} for n in range(THREADS)]


def test_threads_on_several_engines_do_not_disturb_each_other() -> None:
    engines, together = [engine() for _ in range(8)], Barrier(64)

    def ask(number: int) -> bool:
        together.wait()
        return all(
            owners(each.evaluate(patient(number))) == {f"patient {number}"} for each in engines
        )

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(ask, range(64)))
