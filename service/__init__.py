"""The service around the rule book: FHIR in, CDS Hooks cards out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from service.settings import Settings


def create_app(settings: Settings | None = None, today: Callable[[], date] = date.today) -> Flask:
    """Assemble the application; without settings, those of the environment.

    Raises:
        ValueError: a setting, or a page of the rule book, is wrong.
    """
    # Here and not above: whoever imports a part of the service does not load all of it.
    import os  # noqa: PLC0415

    from service.app import create_app as assemble  # noqa: PLC0415
    from service.settings import settings_from  # noqa: PLC0415

    return assemble(settings or settings_from(os.environ), today)
