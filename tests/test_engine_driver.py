"""What the engine would misread is refused, and what it is told it answers, whatever the order.

Each promise here stands against one of the traps in test_engine_traps.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import permutations

import durable_rules_engine as c_core
import pytest

from rules.engine import MAX_FACTS, Engine, EngineError, Evaluation, Fact, FactError
from rules.language import at_least, holds, is_, less_than, more_than, one_of, rule

SCHEMA = {
    "lesion": {"status": str, "nodule": bool, "percent": float, "days": int},
    "pet": {"response": str},
    "note": {"text": str},
}
NUMBERS = {"growth": 20.0, "tiny": 1e-07, "huge": 1e16, "long": 365}
RULES = (
    rule("NEW", lesion=is_("status", "new")),
    rule("NODULE", lesion=holds("nodule")),
    rule("GROWN", lesion=at_least("percent", "growth")),
    rule("TINY", lesion=less_than("percent", "tiny")),
    rule("HUGE", lesion=more_than("percent", "huge")),
    rule("LATE", lesion=more_than("days", "long")),
    rule("BOTH", lesion=one_of("status", "new", "worse"), pet=is_("response", "PMD")),
)
PMD = Fact("pet", {"response": "PMD"})


def engine() -> Engine:
    return Engine(RULES, NUMBERS, SCHEMA)


def lesion(**values: object) -> Fact:
    quiet = {"status": "stable", "nodule": False, "percent": 1.0, "days": 0}
    return Fact("lesion", {**quiet, **values})  # type: ignore[arg-type]


class Status(str, Enum):
    NEW = "new"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, None) for field in ("status", "nodule", "percent", "days")),
        *(("percent", value) for value in (float("nan"), float("inf"), float("-inf"))),
        *(("percent", value) for value in ("5", True, Decimal(5), date(2026, 5, 1), [5], {"x": 5})),
        *(("days", value) for value in (5.0, True, "5", 2**53 + 1)),
        *(("nodule", value) for value in (1, 0.0, "true", "")),
        *(("status", value) for value in (5, True, Status.NEW, b"new", "n" * 513)),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_value_that_the_engine_would_misread_is_refused_unseen(field: str, value: object) -> None:
    with pytest.raises(FactError, match=rf"lesion\.{field} ") as refused:
        engine().evaluate([lesion(**{field: value})])
    assert "2026" not in str(refused.value)
    assert "nnn" not in str(refused.value)


def test_an_infinite_change_is_refused_with_the_cure() -> None:
    with pytest.raises(FactError, match="not a finite number; map it to"):
        engine().evaluate([lesion(percent=float("inf"))])


@pytest.mark.parametrize(
    "fact",
    [
        Fact("lesion", {}),
        Fact("lesions", {"status": "new"}),
        Fact("lesion", {"status": "new", "nodule": False, "percent": 1.0}),
        lesion(organ="liver"),
        lesion(sid="another patient"),
    ],
    ids=["empty", "unknown kind", "a field too few", "a field too many", "a session of its own"],
)
def test_a_fact_that_is_not_as_its_schema_says_is_refused(fact: Fact) -> None:
    with pytest.raises(FactError, match="lesion"):
        engine().evaluate([fact])


def test_no_facts_conclude_nothing_and_harm_nothing() -> None:
    assert engine().evaluate([]) == Evaluation((), ())


@pytest.mark.parametrize(
    ("percent", "fired"),
    [
        *((1e-7 - 2e-9, ("TINY",)), (1e-7, ()), (1e-9, ("TINY",)), (5e-324, ("TINY",))),
        *((-1e-7, ("TINY",)), (1e16, ("GROWN",)), (1e17, ("GROWN", "HUGE"))),
        *((1.7976931348623157e308, ("GROWN", "HUGE")), (20, ("GROWN",)), (0, ("TINY",))),
    ],
)
def test_very_small_very_large_and_whole_numbers_are_read_as_they_are(
    percent: float, fired: tuple[str, ...]
) -> None:
    assert engine().evaluate([lesion(percent=percent)]).fired == fired


TEXTS = ("5", "05", "true", "null", "ne", "newe", "New", "näw", 'n"w', "\\", "\x00", "\ud800", "")


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_a_text_is_that_text_and_nothing_like_it(text: str) -> None:
    words = [word for word in TEXTS if word]
    names = {f"R{n}": word for n, word in enumerate(words)}
    made = Engine([rule(n, note=is_("text", w)) for n, w in names.items()], {}, SCHEMA)

    fired = made.evaluate([Fact("note", {"text": text})]).fired

    assert [names[name] for name in fired] == [word for word in words if word == text]


def test_long_texts_are_told_apart_by_their_last_character() -> None:
    made = Engine([rule("R", note=is_("text", "ä" * 511 + "b"))], {}, SCHEMA)
    assert made.evaluate([Fact("note", {"text": "ä" * 511 + "b"})]).fired == ("R",)
    assert made.evaluate([Fact("note", {"text": "ä" * 511 + "c"})]).fired == ()


# Rows of texts and flags are kept as written; to a dictionary True, 1 and 1.0 are one key.
SAID = {"said": {"what": str, "certain": bool}}


def said(what: str, certain: bool = True) -> Fact:
    return Fact("said", {"what": what, "certain": certain})


@pytest.mark.parametrize("look_alike", [1, 1.0], ids=repr)
def test_what_was_written_before_stands_for_nothing_that_is_equal_to_it(look_alike: bool) -> None:
    made = Engine([rule("R", said=holds("certain"))], {}, SAID)
    assert made.evaluate([said("x", certain=True)]).fired == ("R",)
    with pytest.raises(FactError, match=r"said\.certain must be bool"):
        made.evaluate([said("x", certain=look_alike)])
    assert made.evaluate([said("x", certain=False)]).fired == ()


def test_more_different_facts_than_are_kept_are_told_apart() -> None:
    made = Engine([rule("R", said=is_("what", "7") & holds("certain"))], {}, SAID)
    facts = [said(str(n), certain) for n in range(300) for certain in (True, False)]
    for _ in range(2):
        assert [fact for fact in facts if made.evaluate([fact]).fired] == [said("7")]


def test_the_order_in_which_a_fact_names_its_fields_changes_nothing() -> None:
    values = {"days": 400, "percent": 30, "nodule": True, "status": "new"}
    assert engine().evaluate([Fact("lesion", values)]) == engine().evaluate([lesion(**values)])


def test_a_text_that_looks_like_the_engines_own_is_only_a_text() -> None:
    text = '"},"id":"7","sid":"1'
    made = Engine([rule("R", note=is_("text", text))], {}, SCHEMA)
    fact = Fact("note", {"text": text})
    assert made.evaluate([fact]).matches[0].facts == (fact,)


def test_a_fact_that_nothing_asks_for_is_no_error_and_is_reported() -> None:
    quiet, note = lesion(), Fact("note", {"text": "anything"})
    evaluation = engine().evaluate([PMD, quiet, note])
    assert evaluation == Evaluation((), (quiet, note))


def test_two_equal_facts_both_count() -> None:
    evaluation = engine().evaluate([lesion(status="new"), lesion(status="new"), PMD])
    assert [match.rule for match in evaluation.matches] == ["NEW", "NEW", "BOTH", "BOTH"]
    assert evaluation.fired == ("NEW", "BOTH")


def test_a_match_holds_its_facts_in_the_order_in_which_the_rule_names_them() -> None:
    worse = lesion(status="worse")
    assert engine().evaluate([PMD, worse]).matches[0].facts == (worse, PMD)


def test_one_of_fires_once() -> None:
    evaluation = engine().evaluate([lesion(status="worse"), PMD])
    assert [match.rule for match in evaluation.matches] == ["BOTH"]


def test_the_order_of_facts_changes_nothing() -> None:
    facts = [lesion(status="new"), lesion(status="worse", days=400), PMD, lesion(), lesion(days=1)]
    made = engine()
    evaluation = made.evaluate(facts)
    assert evaluation.fired == ("NEW", "LATE", "BOTH")
    assert all(made.evaluate(order) == evaluation for order in permutations(facts))


def test_facts_are_values_that_nobody_can_change_afterwards() -> None:
    values = {"response": "PMD"}
    fact = Fact("pet", values)
    values["response"] = "CMR"
    assert fact == PMD
    with pytest.raises(TypeError):
        fact.values["response"] = "CMR"  # type: ignore[index]


def test_a_bad_fact_among_good_ones_leaves_nothing_behind() -> None:
    made = engine()
    with pytest.raises(FactError):
        made.evaluate([lesion(status="new"), PMD, lesion(percent=None)])
    assert made.evaluate([PMD]).fired == ()


@pytest.mark.parametrize("failure", [c_core.error("307"), MemoryError(), KeyboardInterrupt()])
@pytest.mark.parametrize("call", ["start_action_for_state", "complete_and_start_action"])
def test_a_failure_within_the_engine_concludes_nothing_and_leaves_nothing_behind(
    call: str, failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure

    made = engine()
    made.warm_up()
    with monkeypatch.context() as broken:
        broken.setattr(c_core, call, fail)
        with pytest.raises((EngineError, KeyboardInterrupt)):
            made.evaluate([lesion(status="new"), lesion(nodule=True)])
    assert made.evaluate([PMD]).matches == ()


def test_a_ruleset_that_the_engine_does_not_take_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise c_core.error("204")

    monkeypatch.setattr(c_core, "create_ruleset", refuse)
    with pytest.raises(EngineError, match="does not take the ruleset: 204"):
        engine().warm_up()


def test_an_engine_that_has_fallen_silent_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine()
    made.warm_up()
    with monkeypatch.context() as silent:
        silent.setattr(c_core, "start_action_for_state", lambda *_: None)
        with pytest.raises(EngineError, match="did not fire its sentinel rules"):
            made.evaluate([lesion(status="new")])
    assert made.evaluate([lesion(status="new")]).fired == ("NEW",)


def test_facts_left_behind_stop_the_next_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine()
    with monkeypatch.context() as forgetful:
        forgetful.setattr(c_core, "delete_state", lambda *_: None)
        with pytest.raises(EngineError, match="did not take a fact as new"):
            made.evaluate([lesion(status="new")])
    assert made.evaluate([PMD]).fired == ()


def test_too_many_facts_are_refused() -> None:
    with pytest.raises(FactError, match=f"at most {MAX_FACTS}"):
        engine().evaluate([lesion(days=n) for n in range(MAX_FACTS + 1)])


def test_facts_that_combine_in_too_many_ways_are_refused() -> None:
    kinds = {kind: {"status": str} for kind in ("a", "b", "c")}
    made = Engine([rule("R", **{kind: is_("status", "new") for kind in kinds})], {}, kinds)
    with pytest.raises(FactError, match="64000 ways"):
        made.evaluate([Fact(kind, {"status": "new"}) for kind in kinds for _ in range(40)])


def test_two_engines_side_by_side_do_not_mix() -> None:
    strict, mild = (
        Engine([rule(name, lesion=at_least("percent", "growth"))], {"growth": number}, SCHEMA)
        for name, number in (("STRICT", 10.0), ("MILD", 50.0))
    )
    for _ in range(20):
        assert strict.evaluate([lesion(percent=30.0)]).fired == ("STRICT",)
        assert mild.evaluate([lesion(percent=30.0)]).fired == ()
