"""An engine lives through forks, and a process does not grow by using it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from rules.engine import Engine, Fact
from rules.language import holds, is_, rule

ROOT = Path(__file__).parents[1]
RULES = (rule("NEW", lesion=is_("status", "new")), rule("NODULE", lesion=holds("nodule")))
SCHEMA = {"lesion": {"status": str, "nodule": bool}}
NEW = Fact("lesion", {"status": "new", "nodule": False})
QUIET = Fact("lesion", {"status": "stable", "nodule": False})


def engine() -> Engine:
    return Engine(RULES, {}, SCHEMA)


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def fires_new(made: Engine) -> bool:
    return made.evaluate([NEW, QUIET]).fired == ("NEW",)


@pytest.mark.parametrize("used_before", [True, False], ids=["used before", "not used before"])
def test_a_forked_child_evaluates_as_its_parent_does(used_before: bool) -> None:
    made = engine()
    assert not used_before or fires_new(made)
    child = get_context("fork").Process(target=lambda: sys.exit(not fires_new(made)))
    child.start()
    child.join(timeout=30)
    assert child.exitcode == 0
    assert fires_new(made)


FORKS_AMID_EVALUATIONS = """
import os, threading
from rules.engine import Engine, Fact
from rules.language import is_, rule

engine = Engine([rule("R", pet=is_("response", "PMD"))], {}, {"pet": {"response": str}})
facts, done = [Fact("pet", {"response": "PMD"})] * 20, threading.Event()

def ok():
    return len(engine.evaluate(facts).matches) == 20

def evaluate_until_done():
    while not done.is_set():
        assert ok()

threads = [threading.Thread(target=evaluate_until_done) for _ in range(3)]
for thread in threads:
    thread.start()
statuses = []
for _ in range(40):
    child = os.fork()
    if not child:
        os._exit(0 if ok() and ok() else 1)
    statuses.append(os.waitpid(child, 0)[1])
done.set()
for thread in threads:
    thread.join()
print(sum(statuses))
"""


def test_a_fork_in_the_middle_of_evaluations_neither_blocks_nor_mixes() -> None:
    finished = run(FORKS_AMID_EVALUATIONS)
    assert (finished.returncode, finished.stdout.strip()) == (0, "0"), finished.stderr


FIRST_EVALUATION_FAILS = """
import durable_rules_engine as c_core
from rules.engine import Engine, EngineError, Fact
from rules.language import is_, rule

assert_fact = c_core.assert_fact

def fail_on_a_fact_of_ours(handle, fact):
    if "PMD" in fact:
        raise c_core.error("303")
    return assert_fact(handle, fact)

c_core.assert_fact = fail_on_a_fact_of_ours
engine = Engine([rule("R", pet=is_("response", "PMD"))], {}, {"pet": {"response": str}})
try:
    engine.evaluate([Fact("pet", {"response": "PMD"})])
except EngineError as error:
    print(error)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="uses MALLOC_PERTURB_")
def test_a_very_first_evaluation_may_fail_without_ending_the_process() -> None:
    finished = run(FIRST_EVALUATION_FAILS, MALLOC_PERTURB_="85")
    assert (finished.returncode, finished.stdout.strip()) == (0, "the engine failed: 303")


DECIMAL_COMMA = """
import locale
from rules.engine import Engine, EngineError, Fact
from rules.language import at_least, rule

engine = Engine([rule("R", sum=at_least("mm", "n"))], {"n": 20.5}, {"sum": {"mm": float}})
facts = [Fact("sum", {"mm": 20.75})]
print(*engine.evaluate(facts).fired)
locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
try:
    engine.evaluate(facts)
except EngineError as error:
    print(error)
"""


def test_where_numbers_have_a_decimal_comma_the_engine_does_not_misread_them(
    tmp_path: Path,
) -> None:
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", tmp_path / "de_DE.UTF-8"], check=False
    )
    if not made or made.returncode:
        pytest.skip("cannot make a German locale here")
    first, second = run(DECIMAL_COMMA, LOCPATH=str(tmp_path)).stdout.splitlines()
    assert first == "R"
    assert second.startswith("the engine did not fire its sentinel rules")


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


needs_statm = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")


@needs_statm
def test_ten_thousand_evaluations_do_not_grow_the_process() -> None:
    made, facts = engine(), [NEW, QUIET, NEW]
    for _ in range(500):
        made.evaluate(facts)
    before = resident_bytes()
    for _ in range(10_000):
        made.evaluate(facts)
    assert resident_bytes() - before < 2_000_000


@needs_statm
def test_engines_that_are_dropped_free_their_memory() -> None:
    def one() -> None:
        engine().warm_up()

    for _ in range(20):
        one()
    before = resident_bytes()
    for _ in range(300):
        one()
    assert resident_bytes() - before < 4_000_000
