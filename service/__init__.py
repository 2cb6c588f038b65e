"""The service around the rule book: FHIR in, CDS Hooks cards out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """``create_app``, loaded when asked for: who imports a part does not load the whole."""
    if name in __all__:
        return getattr(import_module("service.app"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
