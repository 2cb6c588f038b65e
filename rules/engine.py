"""The one door to durable_rules: rules and facts in, what fired out.

The engine is driven through its C core alone, in the narrow way that is known to be right. Its
documented interface starts threads that walk freed memory, swallows exceptions and drops facts.
So here: one C call per fact, every firing fetched by ourselves, one constant session that is
wiped after every evaluation, and a ruleset that has passed the linter (rules.safe_subset).

Each evaluation carries a sentinel fact, and is a failure unless

* the engine takes it as new: then nothing of an earlier patient was left in the session;
* both sentinel rules fire: then the engine fires, and reads numbers as they were written (it
  would not where the process has been given a locale with a decimal comma).

The C core keeps the interpreter lock through each call, so threads gain nothing from it and a
call is never torn; but an evaluation is many calls on one handle. Each :class:`Engine` therefore
has one handle and one lock per process. Different handles share no state and need no common lock.
A forked child makes its own handle at its first evaluation: the lock or session it inherited may
be in the middle of somebody else's.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from operator import itemgetter

import durable_rules_engine as c_core
import orjson

from rules.dialect import EngineError, Fact, FactError, FactWriter, Scalar, Schema
from rules.language import Rule, holds, less_than, more_than, rule
from rules.ruleset import RulesetError, compile_rules, ruleset_text
from rules.safe_subset import check_ruleset, check_schema

__all__ = ["Engine", "EngineError", "Evaluation", "Fact", "FactError", "Match", "RulesetError"]

MAX_FACTS = 200
MAX_COMBINATIONS = 10_000  # of facts that rules over several kinds may have to look at

_SESSION = "0"  # the engine tells sessions apart by a 32-bit hash: names of patients would collide
_TAKEN, _MET_NO_CONDITION = 0, 1  # return codes of assert_fact; all others are failures

_SENTINEL = Fact("sentinel", {"alive": True, "level": 0.5})
_SENTINEL_ID = -1  # the place of other facts, from 0, is their id
_SENTINEL_SCHEMA: Schema = {"sentinel": {"alive": bool, "level": float}}
_SENTINEL_NUMBERS = {"sentinel_low": 0.25, "sentinel_high": 0.75}
_SENTINEL_RULES = (
    rule("sentinel.fires", sentinel=holds("alive")),
    rule(
        "sentinel.reads_numbers",
        sentinel=more_than("level", "sentinel_low") & less_than("level", "sentinel_high"),
    ),
)
_BY_TEXT = itemgetter(0)
_Firing = Mapping[str, Mapping[str, Mapping[str, Scalar]]]  # rule → kind → the fact
_Hit = tuple[int, tuple[int, ...]]  # the place of a rule, the places of the facts it fired on
_PROOF: list[_Hit] = [(0, (_SENTINEL_ID,)), (1, (_SENTINEL_ID,))]


@dataclass(frozen=True)
class Match:
    """A rule and the facts it fired on, in the order in which the rule names their kinds."""

    rule: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Evaluation:
    """What fired, in the order of the rules; and the facts that met no condition of any rule."""

    matches: tuple[Match, ...] = ()
    unused: tuple[Fact, ...] = ()

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, each once, in the order of the rules."""
        return tuple(dict.fromkeys(match.rule for match in self.matches))


class Engine:
    """A ruleset, ready to be asked from any thread, and from any process forked later.

    Args:
        rules: in the order in which matches are to be reported.
        numbers: name → value, of every parameter that the rules name.
        schema: kind of fact → field → ``str``, ``bool``, ``int`` or ``float``.

    Raises:
        RulesetError: the rules do not fit numbers and schema, or leave the engine's safe subset.
    """

    def __init__(self, rules: Sequence[Rule], numbers: Mapping[str, float], schema: Schema) -> None:
        _refuse_reserved(numbers, schema)
        if not rules:
            raise RulesetError("no rules: an engine without any would be silent on everything")
        check_schema(schema)
        self._rules = (*_SENTINEL_RULES, *rules)
        compiled = compile_rules(
            self._rules, {**numbers, **_SENTINEL_NUMBERS}, {**schema, **_SENTINEL_SCHEMA}
        )
        check_ruleset(compiled)
        self._ruleset = ruleset_text(compiled)
        self._places = {each.id: place for place, each in enumerate(self._rules)}
        self._kinds = [each.kinds() for each in self._rules]
        self._joins = [kinds for kinds in self._kinds if len(kinds) > 1]
        self._joined = frozenset().union(*self._joins)
        self._writer = FactWriter(schema)
        sentinel = FactWriter(_SENTINEL_SCHEMA).write(_SENTINEL)
        (self._sentinel,) = _objects((sentinel,), _SENTINEL_ID)
        self._core: _Core | None = None

    def warm_up(self) -> None:
        """Compile the ruleset in this process and fire the sentinels, to fail now if at all.

        Raises:
            EngineError: the engine does not load the ruleset, or does not work.
        """
        self._hits(())

    def evaluate(self, facts: Iterable[Fact]) -> Evaluation:
        """What fires on these facts, whatever their order. Of equal facts, each counts.

        Raises:
            FactError: a fact is not as the schema says, or there are too many.
            EngineError: the engine failed; nothing may be concluded.
        """
        written = sorted([(self._writer.write(fact), fact) for fact in facts], key=_BY_TEXT)
        if not written:
            return Evaluation()
        ordered = [fact for _, fact in written]
        self._check_size(ordered)
        hits, unused = self._hits([text for text, _ in written])
        matches = [Match(self._rules[n].id, tuple([ordered[i] for i in ids])) for n, ids in hits]
        return Evaluation(tuple(matches), tuple([ordered[i] for i in unused]))

    def _check_size(self, facts: Sequence[Fact]) -> None:
        if len(facts) > MAX_FACTS:
            raise FactError(f"{len(facts)} facts; at most {MAX_FACTS}: summarize before evaluating")
        joined = [fact.kind for fact in facts if fact.kind in self._joined]
        if len(set(joined)) == len(joined):
            return  # one fact of each kind at most: one way for each rule
        counts = Counter(joined)
        combinations = sum(prod(max(1, counts[kind]) for kind in kinds) for kinds in self._joins)
        if combinations > MAX_COMBINATIONS:
            raise FactError(
                f"the facts combine in {combinations} ways; at most {MAX_COMBINATIONS} before the"
                " engine holds up everything else: summarize before evaluating"
            )

    def _hits(self, facts: Sequence[str]) -> tuple[list[_Hit], list[int]]:
        """The rules that fired with the places of their facts, and the facts that none wanted."""
        try:
            asked = (self._sentinel, *_objects(facts))
            firings, unused = self._core_of_this_process().run(asked)
            hits = sorted({self._hit(firing) for firing in firings})
            if hits[: len(_PROOF)] != _PROOF:
                raise EngineError("the engine did not fire its sentinel rules; it cannot be used")
        except EngineError:
            self._core = None  # whatever state it is in, the next evaluation gets a fresh one
            raise
        return hits[len(_PROOF) :], [place - 1 for place in unused]

    def _hit(self, firing: str) -> _Hit:
        """Read ``{rule: {kind: fact, ...}}``."""
        ((rule_id, found),) = _read(firing).items()
        place = self._places[rule_id]
        return place, tuple([int(found[kind]["id"]) for kind in self._kinds[place]])

    def _core_of_this_process(self) -> _Core:
        core = self._core
        if core is None or core.process != os.getpid():
            core = self._core = _Core(self._ruleset, self._sentinel)
        return core


class _Core:
    """The ruleset in the engine's C core: one handle, one lock, one process."""

    def __init__(self, ruleset: str, sentinel: str) -> None:
        self.process = os.getpid()
        self._lock = threading.Lock()
        try:
            self._handle = c_core.create_ruleset("rules", ruleset)
        except c_core.error as failure:
            raise EngineError(f"the engine does not take the ruleset: {failure}") from failure
        weakref.finalize(self, _release, self._handle, self.process).atexit = False
        # The engine frees what a session's first firing sets, uninitialised if nothing ever fired.
        # Sessions reuse one piece of memory, so it is enough to fire once before anything can fail.
        self.run((sentinel,))

    def run(self, facts: Sequence[str]) -> tuple[list[str], list[int]]:
        """One session: what fired, as the engine tells it, and the places of facts unwanted."""
        with self._lock:
            try:
                answers = [c_core.assert_fact(self._handle, fact) for fact in facts]
                unwanted = _unwanted([code for code, _ in answers])
                return self._firings(session=answers[0][1]), unwanted
            except (c_core.error, MemoryError) as failure:
                raise EngineError(f"the engine failed: {failure}") from failure
            finally:
                with suppress(c_core.error):  # nothing to wipe: it failed before the first fact
                    c_core.delete_state(self._handle, _SESSION)

    def _firings(self, session: int) -> list[str]:
        """Fetch firing after firing, so that nothing runs, or fails, behind our back."""
        firings = []
        started = c_core.start_action_for_state(self._handle, session)
        firing = started and started[1]
        while firing:
            firings.append(firing)
            firing = c_core.complete_and_start_action(self._handle, session)
        return firings


def _unwanted(codes: Sequence[int]) -> list[int]:
    """The places of the facts that met no condition of any rule, by the engine's answers."""
    for code in codes:
        if code not in (_TAKEN, _MET_NO_CONDITION):
            raise EngineError(f"the engine did not take a fact as new, code {code}")
    return [place for place, code in enumerate(codes) if code == _MET_NO_CONDITION]


def _release(handle: int, process: int) -> None:
    if os.getpid() == process:
        c_core.delete_ruleset(handle)


def _objects(texts: Iterable[str], first: int = 0) -> list[str]:
    """Facts as the engine takes them, with ids that count from the first."""
    numbered = enumerate(texts, first)
    return [f'{{"sid":"{_SESSION}","id":"{number}",{text}}}' for number, text in numbered]


def _read(firing: str) -> _Firing:
    try:
        read: _Firing = orjson.loads(firing)
    except orjson.JSONDecodeError:  # half of a surrogate pair, which is text to Python alone
        read = json.loads(firing)
    return read


def _refuse_reserved(numbers: Mapping[str, float], schema: Schema) -> None:
    taken = (_SENTINEL_NUMBERS.keys() & numbers.keys()) | (_SENTINEL_SCHEMA.keys() & schema.keys())
    if taken:
        raise RulesetError(f"the engine's sentinels own {sorted(taken)}; rename yours")
