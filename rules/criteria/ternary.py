"""Yes, no and not known: True, False and None, combined so that unknown never turns into no."""

from __future__ import annotations


def any_of(*findings: bool | None) -> bool | None:
    """Yes if one is; no only if all are known to be no."""
    if any(findings):
        return True
    return None if None in findings else False


def all_of(*findings: bool | None) -> bool | None:
    """Yes only if all are; no if one is known to be no."""
    return opposite(any_of(*(opposite(finding) for finding in findings)))


def opposite(finding: bool | None) -> bool | None:
    """Yes for no, no for yes; unknown stays unknown."""
    return None if finding is None else not finding
