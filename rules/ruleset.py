"""Rules compiled to the form that the engine reads.

Parameters become constants here, inclusive comparisons take their tolerance, and every field is
checked against the schema, so that a rule can only be wrong while it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.dialect import EngineError, Schema, literal
from rules.language import TOLERANCE, Clause, Comparator, Comparison, Flag, Membership, Rule

Compiled = Mapping[str, object]
"""Rule id → ``{"all": [{kind: {"$and": [{"kind": kind}, test, ...]}}, ...]}``."""

COMPARISONS: Mapping[Comparator, tuple[str, float]] = {
    Comparator.AT_LEAST: ("$gte", -TOLERANCE),
    Comparator.LESS_THAN: ("$lt", -TOLERANCE),
    Comparator.AT_MOST: ("$lte", TOLERANCE),
    Comparator.MORE_THAN: ("$gt", TOLERANCE),
}
"""The engine's operator, and what is added to the parameter."""

_SUITABLE: Mapping[type, tuple[type, ...]] = {
    Membership: (str,),
    Flag: (bool,),
    Comparison: (int, float),
}


class RulesetError(EngineError, ValueError):
    """Rules, numbers and schema do not fit together, or leave the engine's safe subset."""


def compile_rules(rules: Iterable[Rule], numbers: Mapping[str, float], schema: Schema) -> Compiled:
    """Write each rule in the engine's form.

    Raises:
        RulesetError: an id twice, a kind, field or number that is not known, or a condition that
            does not suit the type of its field.
    """
    compiled: dict[str, object] = {}
    for rule in rules:
        if rule.id in compiled:
            raise RulesetError(f"two rules are called {rule.id}; number or rename them")
        try:
            compiled[rule.id] = {"all": list(_patterns(rule, numbers, schema))}
        except RulesetError as problem:
            raise RulesetError(f"rule {rule.id}: {problem}") from None
    return compiled


def _patterns(rule: Rule, numbers: Mapping[str, float], schema: Schema) -> Iterator[Compiled]:
    for kind, condition in rule.when:
        if kind not in schema:
            raise RulesetError(f"the schema knows no fact of kind {kind!r}")
        for clause in condition.clauses:
            _check_type(kind, clause, schema[kind])
        tests = [_test(clause, numbers) for clause in condition.clauses]
        yield {kind: {"$and": [{"kind": kind}, *tests]}}


def _check_type(kind: str, clause: Clause, fields: Mapping[str, type]) -> None:
    if clause.field not in fields:
        raise RulesetError(f"a fact of kind {kind!r} has no field {clause.field!r}")
    found = fields[clause.field]
    if found not in _SUITABLE[type(clause)]:
        raise RulesetError(
            f"{kind}.{clause.field} is {found.__name__}; is_ and one_of are for text, holds and"
            " fails for flags, at_least and its kin for numbers"
        )


def _test(clause: Clause, numbers: Mapping[str, float]) -> Compiled:
    if isinstance(clause, Membership):
        alternatives = [{clause.field: value} for value in clause.values]
        return alternatives[0] if len(alternatives) == 1 else {"$or": alternatives}
    if isinstance(clause, Flag):
        return {clause.field: clause.value}
    operator, shift = COMPARISONS[clause.comparator]
    return {operator: {clause.field: _number(clause.parameter, numbers) + shift}}


def _number(parameter: str, numbers: Mapping[str, float]) -> float:
    if parameter not in numbers:
        raise RulesetError(f"no page has a number called {parameter!r}")
    if type(numbers[parameter]) not in (int, float):
        raise RulesetError(f"{parameter!r} is a {type(numbers[parameter]).__name__}, not a number")
    return float(numbers[parameter])


def ruleset_text(node: object) -> str:
    """A compiled ruleset as JSON in the engine's dialect.

    Raises:
        ValueError: a constant that the engine cannot hold.
    """
    if isinstance(node, Mapping):
        return "{" + ",".join(f"{literal(k)}:{ruleset_text(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(ruleset_text, node)) + "]"
    return literal(node)
