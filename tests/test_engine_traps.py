"""The traps of the engine itself, for which rules.engine and its linter are built as they are.

A trap that has gone is news: durable_rules has changed then, and the driver must be thought over.
What would end this process is shown in a process of its own.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version

import durable_rules_engine as c_core
import pytest


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_this_is_the_release_in_which_the_traps_were_found() -> None:
    assert version("durable_rules") == "2.0.28"


PATTERN = """
import durable_rules_engine as c_core
handle = c_core.create_ruleset("x", '{"r": {"all": [{"a": %s}]}}')
"""
X = PATTERN % '{"x": 1}'
Y_BY_Z = PATTERN % '{"$gt": {"x": {"$div": {"$l": {"$m": "y"}, "$r": {"$m": "z"}}}}}'
NO_FACTS = 'c_core.start_action_for_state(handle, c_core.assert_facts(handle, "[]")[1])'
EMPTY_FACT = 'c_core.start_action_for_state(handle, c_core.assert_facts(handle, "[{}]")[1])'
ZERO_Z = """c_core.assert_fact(handle, '{"id":"1","x":1,"y":1,"z":0}')"""
NOTHING_FIRES = """
c_core.assert_fact(handle, '{"id":"1","y":1}')
c_core.delete_state(handle, "0")
"""
glibc_only = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="uses MALLOC_PERTURB_")


@pytest.mark.parametrize(
    "script",
    [
        X + NO_FACTS,
        X + EMPTY_FACT,
        Y_BY_Z + ZERO_Z,
        pytest.param(X + NOTHING_FIRES, marks=glibc_only),
    ],
    ids=["no facts", "an empty fact", "division by zero", "a session in which nothing fired"],
)
def test_the_engine_ends_the_process_on(script: str) -> None:
    assert run(script, MALLOC_PERTURB_="85").returncode < 0


def raw(rules: object, *facts: str) -> tuple[list[int], list[str]]:
    """What the bare engine answers to each fact, and the rules that fire."""
    text = rules if isinstance(rules, str) else json.dumps(rules)
    handle = c_core.create_ruleset("x", text[:-1] + ', "warm": {"all": [{"m": {"warm": 1}}]}}')
    try:
        raw_session(handle, '"warm":1')
        return raw_session(handle, *facts)
    finally:
        c_core.delete_ruleset(handle)


def raw_session(handle: int, *facts: str) -> tuple[list[int], list[str]]:
    try:
        texts = (f'{{"sid":"0","id":"{n}",{fact}}}' for n, fact in enumerate(facts))
        answers = [c_core.assert_fact(handle, text) for text in texts]
        fired = []
        started = c_core.start_action_for_state(handle, answers[0][1])
        firing = started and started[1]
        while firing:
            fired += json.loads(firing)
            firing = c_core.complete_and_start_action(handle, answers[0][1])
        return [code for code, _ in answers], fired
    finally:
        with suppress(c_core.error):
            c_core.delete_state(handle, "0")


def asks(*patterns: dict[str, object]) -> dict[str, object]:
    return {"r": {"all": list(patterns)}}


@pytest.mark.parametrize(
    ("test", "fact"),
    [
        ({"x": "5"}, '"x":5'),
        ({"$gt": {"x": 100}}, '"x":"4"'),
        ({"$gt": {"x": 4}}, '"x":"abc"'),
        ({"$lte": {"x": 4.5}}, '"x":"10"'),
        ({"x": True}, '"x":1'),
        ({"x": True}, '"x":"true"'),
        ({"$ex": {"x": 1}}, '"x":null'),
        ({"x": "ABC"}, f'"x":"ABC{"z" * 65536}"'),
        ({"$gte": {"x": {"$div": {"$l": {"$m": "y"}, "$r": {"$m": "z"}}}}}, '"x":0,"y":6,"z":20'),
    ],
    ids=[
        *("5 is '5'", "'4' > 100", "'abc' > 4", "'10' <= 4.5", "1 is True"),
        *("'true' is True", "null exists", "long texts by length", "6 / 20 is 0"),
    ],
)
def test_the_engine_finds_true(test: dict[str, object], fact: str) -> None:
    assert raw(asks({"a": test}), fact) == ([0], ["r"])


@pytest.mark.parametrize("number", ["1e-07", "1e16", "1e308", "Infinity"])
def test_the_engine_does_not_read(number: str) -> None:
    with pytest.raises(c_core.error):
        raw(asks({"a": {"$gt": {"x": 0.5}}}), f'"x":{number}')
    with pytest.raises(c_core.error):
        raw(json.dumps(asks({"a": {"$gt": {"x": 0.5}}})).replace("0.5", number), '"x":1.0')


def test_the_engine_drops_the_rest_of_a_batch_without_a_word() -> None:
    handle = c_core.create_ruleset("x", json.dumps(asks({"a": {"$gt": {"x": -1}}})))
    batch = [f'{{"id":"{n}","x":{x}}}' for n, x in enumerate(("1", "1e-07", "3"))]
    code, session = c_core.assert_facts(handle, f"[{','.join(batch)}]")
    assert code == 0
    assert c_core.start_action_for_state(handle, session)
    assert c_core.complete_and_start_action(handle, session) is None


def test_the_engine_takes_one_patient_for_another_by_a_hash_of_the_session() -> None:
    handle = c_core.create_ruleset("x", json.dumps(asks({"a": {"x": 1}}, {"b": {"y": 1}})))
    c_core.assert_fact(handle, '{"sid":"patient-9ed51566","id":"1","x":1}')
    _, session = c_core.assert_fact(handle, '{"sid":"patient-b8e27029","id":"2","y":1}')
    assert c_core.start_action_for_state(handle, session)


def test_the_engine_negates_by_the_order_of_facts() -> None:
    unstaged = asks({"d": {"kind": "diagnosis"}}, {"s$not": {"kind": "stage"}})
    assert raw(unstaged, '"kind":"stage"', '"kind":"diagnosis"')[1] == []
    assert raw(unstaged, '"kind":"diagnosis"', '"kind":"stage"')[1] == ["r"]


def test_the_engine_fires_twice_where_both_branches_of_an_or_hold() -> None:
    assert raw(asks({"a": {"$or": [{"x": 1}, {"y": 1}]}}), '"x":1,"y":1')[1] == ["r", "r"]


def test_the_engine_fails_on_a_fact_that_meets_more_than_64_conditions() -> None:
    rules = {f"r{n}": {"all": [{"a": {"$gt": {"x": float(n)}}}]} for n in range(65)}
    with pytest.raises(c_core.error, match="303"):
        raw(rules, '"x":1000.0')


def test_the_engine_answers_1_to_a_fact_that_nothing_asks_for_and_2_to_a_known_id() -> None:
    assert raw(asks({"a": {"x": 1}}), '"x":1', '"x":2', '"id":"0","x":1') == ([0, 1, 2], ["r"])


LANG = "from durable.lang import *\n"
DECORATED = LANG + "x = ruleset('x')\nwith x:\n @when_all(m.a == 1)\n def named(c): {}\n"


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        (LANG + "print((m.a == 1 and m.b == 2).define())", "{'b': 2}"),
        (LANG + "print((m.a == 1 or m.b == 2).define())", "{'a': 1}"),
        (LANG + "print((1 < m.a < 5).define())", "{'$lt': {'a': 5}}"),
        (DECORATED.format("1 / 0") + "print('exception' in assert_fact('x', {'a': 1}))", "True"),
        (DECORATED.format("pass") + "print([*x.define()[1]])", "['r_0']"),
    ],
    ids=["and", "or", "a chained comparison", "an exception is swallowed", "names are lost"],
)
def test_the_documented_interface_is_no_better(script: str, printed: str) -> None:
    assert run(script).stdout.strip() == printed


def test_the_documented_interface_leaves_two_threads_behind_for_each_host() -> None:
    host = "Host({'x': {'r': {'all': [{'m': {'a': 1}}], 'run': lambda c: c}}})"
    script = f"import threading\nfrom durable.engine import Host\n{host}\n{host}\n"
    assert run(script + "print(threading.active_count())").stdout.strip() == "5"
