"""How a command fails: in one line."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from service.errors import LiverResponseError

P = ParamSpec("P")
T = TypeVar("T")


def in_one_line(command: Callable[P, T]) -> Callable[P, T]:
    """Every error that this product raises on purpose is one line on standard error."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (LiverResponseError, ValueError, OSError) as error:
            where = (
                f"{error.where}: " if isinstance(error, LiverResponseError) and error.where else ""
            )
            raise click.ClickException(f"{where}{error}") from error

    return run
