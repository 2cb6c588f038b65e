"""Whatever of the engine is not known to be right is refused before it is loaded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.engine import Engine, Fact, RulesetError
from rules.language import at_least, holds, is_, one_of, rule
from rules.ruleset import ruleset_text
from rules.safe_subset import check_ruleset, check_schema, fnv_1a

SCHEMA = {"lesion": {"status": str, "nodule": bool, "percent": float, "days": int}}


def lesion_rule(*tests: object) -> dict[str, object]:
    return {"all": [{"lesion": {"$and": [{"kind": "lesion"}, *tests]}}]}


def test_a_conjunction_of_single_facts_against_constants_is_safe() -> None:
    check_ruleset(
        {
            "R1": lesion_rule({"status": "new"}, {"nodule": True}, {"$gte": {"percent": 20.0}}),
            "R2": lesion_rule({"$or": [{"status": "new"}, {"status": "old"}]}),
        }
    )


@pytest.mark.parametrize(
    "body",
    [
        {"any": [{"a": {"$and": [{"kind": "a"}, {"x": "1"}]}}]},
        {"all": []},
        {"all": [{"a": {"$and": [{"kind": "a"}, {"x": "1"}]}}], "count": 2},
        {"all": [{"a$not": {"$and": [{"kind": "a"}, {"x": "1"}]}}]},
        {"all": [{"a$any": [{"b": {"$and": [{"kind": "b"}, {"x": "1"}]}}]}]},
        {"all": [{"a": {"$and": [{"kind": "b"}, {"x": "1"}]}}]},
        {"all": [{"a": {"$and": [{"kind": "a"}]}}]},
        {"all": [{"a": {"x": "1"}}]},
        {"all": [{"a": {"$or": [{"kind": "a"}, {"x": "1"}]}}]},
        {"all": [{"a": {"$and": [{"kind": "a"}, {"x": "1"}]}}] * 2},
        lesion_rule({"organ": {"marker": "organ"}}),
        lesion_rule({"$gt": {"percent": {"marker": "percent"}}}),
        lesion_rule({"$gt": {"percent": {"$div": {"$l": {"$m": "a"}, "$r": {"$m": "b"}}}}}),
        lesion_rule({"$ex": {"percent": 1}}),
        lesion_rule({"$nex": {"percent": 1}}),
        lesion_rule({"$neq": {"status": "new"}}),
        lesion_rule({"$mt": {"status": "n.*"}}),
        lesion_rule({"$iany": {"sites": {"status": "new"}}}),
        lesion_rule({"$and": [{"status": "new"}]}),
        lesion_rule({"$or": [{"status": "new"}]}),
        lesion_rule({"$or": [{"status": "new"}, {"site": "liver"}]}),
        lesion_rule({"$or": [{"$gt": {"percent": 1.0}}, {"$lt": {"percent": 0.0}}]}),
        lesion_rule({"percent": 20.0}),
        lesion_rule({"days": 5}),
        lesion_rule({"status": None}),
        lesion_rule({"$gte": {"status": "5"}}),
        lesion_rule({"$gte": {"nodule": True}}),
        lesion_rule({"$gte": {"percent": float("inf")}}),
        lesion_rule({"$gte": {"percent": float("nan")}}),
        lesion_rule({"$gte": {"percent": Decimal(20)}}),
        lesion_rule({"status": "x" * 513}),
        lesion_rule({"lesion.status": "new"}),
    ],
    ids=lambda body: str(body)[:60],
)
def test_anything_else_is_refused_by_the_name_of_the_rule(body: object) -> None:
    with pytest.raises(RulesetError, match="rule R1: "):
        check_ruleset({"R1": body})


@pytest.mark.parametrize("constant", [None, Decimal(20), float("nan"), "x" * 513])
def test_no_ruleset_is_written_with_a_constant_that_the_engine_cannot_hold(constant) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        ruleset_text({"R1": lesion_rule({"percent": constant})})


def rules_on_one_kind(count: int) -> dict[str, object]:
    return {f"R{n}": lesion_rule({"$gte": {"percent": float(n)}}) for n in range(count)}


def rules_on_many_kinds(count: int) -> dict[str, object]:
    kinds = [f"k{n}" for n in range(count)]
    return {k: {"all": [{k: {"$and": [{"kind": k}, {"x": "1"}]}}]} for k in kinds}


def rule_over_kinds(count: int) -> dict[str, object]:
    patterns = [{f"k{n}": {"$and": [{"kind": f"k{n}"}, {"x": "1"}]}} for n in range(count)]
    return {"R1": {"all": patterns}}


def choices(count: int) -> dict[str, object]:
    either = [{"$or": [{f"f{n}": "1"}, {f"f{n}": "2"}]} for n in range(count)]
    return {"R1": lesion_rule(*either)}


def constants_on_one_kind(count: int) -> dict[str, object]:
    return {"R1": lesion_rule({"$or": [{"status": str(n)} for n in range(count)]})}


@pytest.mark.parametrize(
    ("ruleset_of", "most"),
    [
        (rules_on_one_kind, 63),
        (rules_on_many_kinds, 199),
        (rule_over_kinds, 8),
        (choices, 12),
        (constants_on_one_kind, 400),
    ],
)
def test_a_ruleset_at_a_limit_is_safe_and_one_beyond_is_not(ruleset_of, most: int) -> None:
    check_ruleset(ruleset_of(most))
    with pytest.raises(RulesetError, match=str(most)):
        check_ruleset(ruleset_of(most + 1))


def test_no_rules_at_all_are_refused_since_they_would_be_silent_on_everything() -> None:
    with pytest.raises(RulesetError):
        check_ruleset({})
    with pytest.raises(RulesetError, match="silent"):
        Engine([], {}, SCHEMA)


def test_a_fact_may_meet_as_many_conditions_at_once_as_the_linter_lets_pass() -> None:
    numbers = {f"n{n}": float(n) for n in range(63)}
    rules = [rule(f"R{n}", lesion=at_least("percent", f"n{n}")) for n in range(63)]
    engine = Engine(rules, numbers, {"lesion": {"percent": float}})

    assert len(engine.evaluate([Fact("lesion", {"percent": 100.0})]).fired) == 63


def test_a_condition_may_offer_as_many_choices_as_the_linter_lets_pass() -> None:
    fields = [f"f{n}" for n in range(12)]
    condition = one_of(fields[0], "1", "2")
    for field in fields[1:]:
        condition &= one_of(field, "1", "2")
    engine = Engine([rule("R1", lesion=condition)], {}, {"lesion": dict.fromkeys(fields, str)})

    assert engine.evaluate([Fact("lesion", dict.fromkeys(fields, "2"))]).fired == ("R1",)
    assert engine.evaluate([Fact("lesion", {**dict.fromkeys(fields, "2"), "f7": "3"})]).fired == ()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (rule("R1", lesions=holds("nodule")), "rule R1: .*no fact of kind 'lesions'"),
        (rule("R1", lesion=holds("nodul")), "rule R1: .*'lesion' has no field 'nodul'"),
        (rule("R1", lesion=holds("status")), "rule R1: lesion.status is str; .*"),
        (rule("R1", lesion=is_("percent", "5")), "lesion.percent is float"),
        (rule("R1", lesion=at_least("status", "growth")), "lesion.status is str"),
        (rule("R1", lesion=at_least("nodule", "growth")), "lesion.nodule is bool"),
        (rule("R1", lesion=at_least("percent", "grwth")), "no page has a number called 'grwth'"),
        (rule("R1", lesion=at_least("percent", "flag")), "'flag' is a bool, not a number"),
        (rule("R1", lesion=at_least("percent", "text")), "'text' is a str, not a number"),
        (rule("R1", lesion=at_least("percent", "endless")), "rule R1: .*finite"),
    ],
)
def test_a_rule_that_fits_neither_schema_nor_numbers_is_refused(made, message: str) -> None:
    numbers = {"growth": 20.0, "flag": True, "text": "20", "endless": float("inf")}
    with pytest.raises(RulesetError, match=message):
        Engine([made], numbers, SCHEMA)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(RulesetError, match="two rules are called R1"):
        Engine([rule("R1", lesion=holds("nodule"))] * 2, {}, SCHEMA)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"lesion": {"sid": str}}, "'sid'"),
        ({"lesion": {"id": str}}, "'id'"),
        ({"lesion": {"kind": str}}, "'kind'"),
        ({"lesion": {"Status": str}}, "'Status' of 'lesion'"),
        ({"lesion": {"$s": str}}, "no name"),
        ({"lesion$not": {"status": str}}, "no name"),
        ({"lesion": {"day": Decimal}}, "lesion.day must be"),
        ({"lesion": {"sites": list}}, "lesion.sites must be"),
        ({"a": {"costarring": str}, "b": {"liquid": str}}, "takes it for 'costarring'"),
        ({f"k{n}": {"x": str} for n in range(101)}, "101 kinds"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_schema_that_the_engine_would_misread_is_refused(schema, message: str) -> None:
    with pytest.raises(RulesetError, match=message):
        check_schema(schema)


@pytest.mark.parametrize("reserved", ["schema", "number", "rule"])
def test_the_names_of_the_sentinels_are_reserved(reserved: str) -> None:
    rules = [rule("sentinel.fires" if reserved == "rule" else "R1", lesion=holds("nodule"))]
    numbers = {"sentinel_low": 1.0} if reserved == "number" else {}
    schema = SCHEMA | ({"sentinel": {"alive": bool}} if reserved == "schema" else {})
    with pytest.raises(RulesetError, match="sentinel"):
        Engine(rules, numbers, schema)


def test_properties_are_known_by_the_hash_that_the_engine_has_built_in() -> None:
    assert fnv_1a("id") == 926444256
    assert fnv_1a("sid") == 3593476751
    assert fnv_1a("costarring") == fnv_1a("liquid")


def test_no_two_facts_of_an_evaluation_have_ids_that_the_engine_confuses() -> None:
    ids = [str(n) for n in range(-1, 200)] + ["sid-0"]
    assert len({fnv_1a(each) for each in ids}) == len(ids)
