"""YAML without its traps: no key twice, and only ``true`` and ``false`` are booleans.

YAML 1.1 reads ``no`` as false, ``1:30`` as ninety and ``010`` as eight, and keeps the last of two
equal keys in silence. Here such words and numbers stay text, and a second key is an error.
Dates (``2026-05-10``) are read as dates.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml
from yaml.constructor import ConstructorError

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: the same result, more slowly
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

_NUMBER = r"[-+]?(?:0|[1-9][0-9]*)"
_PLAIN_SCALARS = (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~", "n~"),
    ("int", _NUMBER, "-+0123456789"),
    ("float", _NUMBER + r"(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
)


class StrictYamlError(ValueError):
    """A YAML text is not as it must be; the message names the file, the line and the key."""


def load_strict(text: str, name: str) -> object:
    """Read one YAML document.

    Args:
        text: the document.
        name: what the text is called in errors, usually its path.

    Raises:
        StrictYamlError: the text is no YAML, has a key twice, a key that is no plain value, or
            a value that is not what it looks like (2026-02-30).
    """
    try:
        loader = _StrictLoader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise StrictYamlError(f"{place}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise StrictYamlError(f"{name}: {error}") from None


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """What a value without quotes is, by its first character and its whole form."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, form, firsts in _PLAIN_SCALARS:
        for first in firsts:
            found.setdefault(first, []).append(
                (f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{form})\Z"))
            )
    found[""] = [("tag:yaml.org,2002:null", re.compile(r"\Z"))]
    return found


class _StrictLoader(_SafeLoader):
    """PyYAML's safe loader with fewer guesses."""

    yaml_implicit_resolvers = _resolvers()

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:  # a date that does not exist
            raise ConstructorError(
                None, None, f"{node.value!r}: {error}", node.start_mark
            ) from None

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise ConstructorError(None, None, "expected a mapping", node.start_mark)
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConstructorError(
                    None, None, "a key must be a plain value", key_node.start_mark
                )
            key = self.construct_object(key_node, deep=True)
            if key in mapping:
                raise ConstructorError(None, None, f"key {key!r} twice", key_node.start_mark)
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping
