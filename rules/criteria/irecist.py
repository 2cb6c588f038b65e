"""iRECIST (Seymour 2017, Lancet Oncol 18:e143): progression under checkpoint inhibitors.

A first progression is unconfirmed (iUPD). A later scan confirms it (iCPD), leaves it open, or
settles it, and then the clock starts again. RECIST 1.1 still says what progression is, so its
page comes along. Not for any other treatment: it never argues for going on with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from rules.criteria.arithmetic import in_words
from rules.criteria.irecist_scans import Burden, ImmuneScan, ImmuneState, Kind, Unconfirmed
from rules.criteria.measured import Change, described
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import has_progressed, target_response
from rules.criteria.recist_lesions import overall_response
from rules.criteria.response import (
    CR,
    NE,
    NON_CR_NON_PD,
    OUT_OF_SCOPE,
    PD,
    PR,
    SD,
    Response,
    in_one_line,
)

ICR, IPR, ISD, IUPD, ICPD = "iCR", "iPR", "iSD", "iUPD", "iCPD"


def irecist(
    page: CriterionPage,
    recist: CriterionPage,
    baseline: Decimal,
    scans: Sequence[ImmuneScan],
    *,
    on_checkpoint_inhibitor: bool,
) -> tuple[Response, ...]:
    """The response at each scan, in order of time; ``baseline`` is the target sum in mm."""
    if not on_checkpoint_inhibitor:
        words = f"{page.title} is for checkpoint inhibitors only"
        return tuple(Response(OUT_OF_SCOPE, words) for _ in scans)
    state, responses = start(baseline), []
    for scan in sorted(scans, key=lambda s: s.day):
        state = next_state(page, recist, state, scan)
        responses.append(Response(state.status, state.arithmetic))
    return tuple(responses)


def start(baseline: Decimal) -> ImmuneState:
    """The state before the first scan under treatment."""
    return ImmuneState(ISD, baseline, nadir=baseline)


def next_state(
    page: CriterionPage, recist: CriterionPage, state: ImmuneState, scan: ImmuneScan
) -> ImmuneState:
    """The state after one more scan. A confirmed progression stays confirmed."""
    if state.status == ICPD:
        return replace(state, arithmetic="progression was confirmed before")
    if state.waiting is None:
        return _remember(_first_look(recist, state, scan), scan)
    days = scan.day - state.waiting.day
    if days < page["confirm_after"] - page["confirm_tolerance"]:
        return _early_look(state, scan, days)
    return _remember(_second_look(page, recist, state, state.waiting, scan), scan)


def _first_look(recist: CriterionPage, state: ImmuneState, scan: ImmuneScan) -> ImmuneState:
    words = _in_words(state, scan)
    kinds = _progressions(recist, state, scan)
    if not kinds:
        status = _status(recist, state, scan)
        return replace(state, status=status, waiting=None, arithmetic=words)
    targets = _targets(recist, state, scan)
    return replace(
        state,
        status=IUPD,
        waiting=Unconfirmed(scan.day, kinds, targets, scan.target_sum, scan.new_sum),
        arithmetic=in_one_line(f"first progression, in {_list(kinds)}", words),
    )


def _early_look(state: ImmuneState, scan: ImmuneScan, days: int) -> ImmuneState:
    """An early scan counts only if made for a new symptom and showing yet another new lesion."""
    words = in_one_line(_since(days), _in_words(state, scan))
    if scan.for_new_symptom and _added(state, scan):
        return _confirmed(state, frozenset({Kind.NEW}), words)
    return replace(state, status=IUPD, arithmetic=in_one_line("too early to confirm", words))


def _second_look(
    page: CriterionPage,
    recist: CriterionPage,
    state: ImmuneState,
    waiting: Unconfirmed,
    scan: ImmuneScan,
) -> ImmuneState:
    days = scan.day - waiting.day
    words = in_one_line(_since(days), _late(page, days), _in_words(state, scan))
    kinds = _confirmations(page, recist, state, waiting, scan)
    if kinds:
        return _confirmed(state, kinds, words)
    if _settled(recist, state, waiting, scan):
        return _first_look(recist, state, scan)
    known = scan.target_sum is not None and scan.new_lesions_known
    return replace(state, status=IUPD if known else NE, arithmetic=words)


def _confirmed(state: ImmuneState, kinds: frozenset[Kind], words: str) -> ImmuneState:
    words = in_one_line(f"confirmed in {_list(kinds)}", words)
    return replace(state, status=ICPD, waiting=None, arithmetic=words)


def _progressions(recist: CriterionPage, state: ImmuneState, scan: ImmuneScan) -> frozenset[Kind]:
    """In what this scan is progression by RECIST 1.1."""
    targets = Change.of(scan.target_sum, state.nadir, "mm")
    new = Change.of(scan.new_sum, state.new_nadir, "mm")
    grown = {
        Kind.TARGETS: targets is not None and has_progressed(recist, targets),
        Kind.NON_TARGETS: scan.non_targets is Burden.UNEQUIVOCAL,
        Kind.NEW: bool(_added(state, scan))
        or scan.new_unmeasured is Burden.UNEQUIVOCAL
        or (new is not None and has_progressed(recist, new)),
    }
    return frozenset(kind for kind, holds in grown.items() if holds)


def _confirmations(
    page: CriterionPage,
    recist: CriterionPage,
    state: ImmuneState,
    waiting: Unconfirmed,
    scan: ImmuneScan,
) -> frozenset[Kind]:
    """In what this scan confirms: further growth where it began, or progression elsewhere."""
    further = {
        Kind.TARGETS: _rose(page, scan.target_sum, waiting.lowest_sum),
        Kind.NON_TARGETS: scan.non_targets is not None and scan.non_targets.worse,
        Kind.NEW: _rose(page, scan.new_sum, waiting.lowest_new_sum) or scan.new_unmeasured.worse,
    }
    where_it_began = {kind for kind in waiting.kinds if further[kind]}
    elsewhere = _progressions(recist, state, scan) - waiting.kinds
    added = {Kind.NEW} if _added(state, scan) else set()
    return frozenset(where_it_began | elsewhere | added)


def _rose(page: CriterionPage, value: Decimal | None, reference: Decimal | None) -> bool:
    change = Change.of(value, reference, "mm")
    return change is not None and change.rose_by(page["further_rise"])


def _settled(
    recist: CriterionPage, state: ImmuneState, waiting: Unconfirmed, scan: ImmuneScan
) -> bool:
    """Whether nothing that progressed still stands as it did: no change leaves it open."""
    targets = _targets(recist, state, scan)
    over = {
        Kind.TARGETS: targets in (CR, PR, SD),
        Kind.NON_TARGETS: scan.non_targets in (Burden.ABSENT, Burden.DECREASED),
        Kind.NEW: scan.new_lesions == frozenset() or _is_better(targets, waiting.targets),
    }
    if _progressions(recist, state, scan) or not scan.new_lesions_known:
        return False
    return all(over[kind] for kind in waiting.kinds)


def _is_better(now: str, then: str) -> bool:
    order = (CR, PR, SD, PD)
    return now in order and then in order and order.index(now) < order.index(then)


def _targets(recist: CriterionPage, state: ImmuneState, scan: ImmuneScan) -> str:
    response = target_response(recist, state.baseline, state.nadir, scan.target_sum)
    return response.category if response else NE


def _status(recist: CriterionPage, state: ImmuneState, scan: ImmuneScan) -> str:
    burden = {Burden.ABSENT: CR, None: NE}.get(scan.non_targets, NON_CR_NON_PD)
    no_new_lesion = None if scan.new_lesions is None else False
    overall = overall_response(_targets(recist, state, scan), burden, no_new_lesion)
    # New lesions that stay need not be gone for a partial response, but for a complete one.
    if overall == CR and scan.new_lesions:
        overall = PR
    return {CR: ICR, PR: IPR, SD: ISD}.get(overall, NE)


def _added(state: ImmuneState, scan: ImmuneScan) -> frozenset[str]:
    return (scan.new_lesions or frozenset()) - state.seen


def _remember(state: ImmuneState, scan: ImmuneScan) -> ImmuneState:
    waiting = state.waiting and replace(
        state.waiting,
        lowest_sum=_lower(state.waiting.lowest_sum, scan.target_sum),
        lowest_new_sum=_lower(state.waiting.lowest_new_sum, scan.new_sum),
    )
    return replace(
        state,
        waiting=waiting,
        nadir=state.nadir if scan.target_sum is None else min(state.nadir, scan.target_sum),
        new_nadir=_lower(state.new_nadir, scan.new_sum),
        seen=state.seen | (scan.new_lesions or frozenset()),
    )


def _lower(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return min((value for value in (first, second) if value is not None), default=None)


def _since(days: int) -> str:
    return f"{days} d after the first progression"


def _late(page: CriterionPage, days: int) -> str:
    latest = page["confirm_before"]
    return f"later than the {in_words(latest)} d asked for" if days > latest else ""


def _list(kinds: Iterable[Kind]) -> str:
    return ", ".join(sorted(kind.value for kind in kinds))


def _in_words(state: ImmuneState, scan: ImmuneScan) -> str:
    sizes = described("targets from nadir", Change.of(scan.target_sum, state.nadir, "mm"))
    if scan.new_lesions is None:
        return in_one_line(sizes, "new lesions not known")
    return in_one_line(sizes, f"{len(scan.new_lesions)} new lesions" if scan.new_lesions else "")
