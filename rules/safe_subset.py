"""The linter: what of the engine may be used, checked on the compiled ruleset.

Of all that the engine offers, only this is known to be right: conjunctions of facts of different
kinds, each compared with constants, a text also with one of several. Its negation depends on the
order of facts, its joins read out of bounds, its arithmetic can end the process, and beyond some
sizes it fails or hangs. Whoever wrote a ruleset, and however, it passes here or is not loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rules.dialect import Schema, literal
from rules.language import NAME
from rules.ruleset import COMPARISONS, RulesetError

MAX_RULES = 199
MAX_KINDS_PER_RULE = 8  # the engine has room for 16
MAX_KINDS = 100  # more than 512 tests of one property hang the engine, and "kind" is one
MAX_TESTS_PER_KIND = 400  # as above
MAX_CONDITIONS_PER_KIND = 63  # a fact that meets more than 64 at once is an error
MAX_CHOICES_PER_CONDITION = 12  # one_of's; the engine has room for 14

_ORDERINGS = frozenset(operator for operator, _ in COMPARISONS.values())
_ENGINE_WORDS = (
    *("sid", "id", "kind", "$s", "$m", "$i", "$l", "$r", "$forward", "$and", "$or", "$not"),
    *("$eq", "$neq", "$lt", "$lte", "$gt", "$gte", "$ex", "$nex", "$mt", "$imt"),
    *("$iall", "$iany", "$add", "$sub", "$mul", "$div"),
)


def check_schema(schema: Schema) -> None:
    """Refuse names and types that the engine would misread.

    Raises:
        RulesetError: with the name, and what to do.
    """
    if len(schema) > MAX_KINDS:
        raise RulesetError(f"{len(schema)} kinds of fact; at most {MAX_KINDS} are safe")
    for kind, fields in schema.items():
        _check_name(kind, "")
        for name, type_ in fields.items():
            _check_name(name, f" of {kind!r}")
            if type_ not in (str, bool, int, float):
                raise RulesetError(f"{kind}.{name} must be str, bool, int or float")
    _check_hashes({name for fields in schema.values() for name in fields})


def _check_hashes(fields: set[str]) -> None:
    # The engine knows a property by a 32-bit hash of its name and never compares the name itself.
    known = {fnv_1a(word): word for word in _ENGINE_WORDS}
    for name in sorted(fields):
        other = known.setdefault(fnv_1a(name), name)
        if name in _ENGINE_WORDS or other != name:
            raise RulesetError(f"field {name!r}: the engine takes it for {other!r}; rename it")


def fnv_1a(name: str) -> int:
    """The hash by which the engine knows a property: FNV-1a, 32 bits."""
    value = 2166136261
    for byte in name.encode("ascii"):
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def check_ruleset(ruleset: Mapping[str, object]) -> None:
    """Refuse whatever is outside the safe subset or too large for it.

    Raises:
        RulesetError: with the rule, and what is wrong with it.
    """
    if not 0 < len(ruleset) <= MAX_RULES:
        raise RulesetError(f"{len(ruleset)} rules; 1 to {MAX_RULES} are safe")
    conditions: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for rule_id, body in ruleset.items():
        try:
            sizes = _rule(body)
        except RulesetError as problem:
            raise RulesetError(f"rule {rule_id}: {problem}") from None
        conditions.update(sizes.keys())
        tests.update(sizes)
    _check_counts("conditions", conditions, MAX_CONDITIONS_PER_KIND)
    _check_counts("tests", tests, MAX_TESTS_PER_KIND)


def _check_counts(what: str, counts: Counter[str], most: int) -> None:
    for kind, count in counts.items():
        if count > most:
            raise RulesetError(f"{count} {what} on facts of kind {kind!r}; at most {most} are safe")


def _rule(body: object) -> dict[str, int]:
    """The kinds of fact that a rule reads, with the number of tests on each."""
    quantifier, patterns = _only_entry(body)
    if quantifier != "all" or not isinstance(patterns, list):
        raise RulesetError(f"only conjunctions ('all') are safe, not {quantifier!r}")
    if not 0 < len(patterns) <= MAX_KINDS_PER_RULE:
        raise RulesetError(f"{len(patterns)} kinds of fact; 1 to {MAX_KINDS_PER_RULE} are safe")
    sizes = dict(map(_pattern, patterns))
    if len(sizes) < len(patterns):
        raise RulesetError("two facts of one kind; join their conditions into one")
    return sizes


def _pattern(pattern: object) -> tuple[str, int]:
    """The kind of fact, and the number of tests on it."""
    kind, body = _only_entry(pattern)
    _check_name(kind, "")
    conjunction, tests = _only_entry(body)
    if conjunction != "$and" or not isinstance(tests, list) or tests[:1] != [{"kind": kind}]:
        raise RulesetError(f"conditions on {kind!r} must be an '$and' that begins with the kind")
    if len(tests) == 1:
        raise RulesetError(f"any fact of kind {kind!r} would do; say what it must be")
    if (
        sum("$or" in test for test in tests if isinstance(test, Mapping))
        > MAX_CHOICES_PER_CONDITION
    ):
        raise RulesetError(f"more than {MAX_CHOICES_PER_CONDITION} one_of's on {kind!r}")
    return kind, sum(map(_test, tests[1:]))


def _test(test: object) -> int:
    """The number of constants that the test compares a field with."""
    word, operand = _only_entry(test)
    if word == "$or":
        return _choice(operand)
    if word in _ORDERINGS:
        _comparison(*_only_entry(operand), types=(int, float))
    else:
        _comparison(word, operand, types=(str, bool))
    return 1


def _choice(alternatives: object) -> int:
    if not isinstance(alternatives, list) or len(alternatives) < 2:
        raise RulesetError("'$or' needs a list of alternatives")
    pairs = [_only_entry(alternative) for alternative in alternatives]
    for field, constant in pairs:
        _comparison(field, constant, types=(str,))
    if len({field for field, _ in pairs}) > 1:
        raise RulesetError("'$or' over several fields fires twice; write a rule for each")
    return len(pairs)


def _comparison(field: str, constant: object, types: tuple[type, ...]) -> None:
    _check_name(field, "")
    if type(constant) not in types:
        raise RulesetError(
            f"{field!r} is compared with a {type(constant).__name__}; only equality with text and"
            " flags, and order with numbers, are safe: no second fact, no arithmetic"
        )
    try:
        literal(constant)
    except ValueError as problem:
        raise RulesetError(f"the constant for {field!r} {problem}") from None


def _only_entry(node: object) -> tuple[str, object]:
    if not isinstance(node, Mapping) or len(node) != 1:
        raise RulesetError("expected a dictionary with exactly one entry")
    ((key, value),) = node.items()
    return key, value


def _check_name(name: object, where: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RulesetError(
            f"{name!r}{where} is no name the engine is safe with (lower-case letters, digits, '_');"
            " its operators $not, $any, $neq, $ex and so on are not"
        )
