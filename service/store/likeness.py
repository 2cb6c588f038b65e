"""Likenesses under the key that all workers and machines share: the store's."""

from __future__ import annotations

from dataclasses import dataclass

from rules.assessment import Assessment
from service.cds.call import Call
from service.record.likeness import Likeness
from service.store.store import Store
from service.trust.gate import Caller


@dataclass(frozen=True)
class SharedLikeness:
    """Knows repeats as long as the store was reached once."""

    store: Store

    def of(self, caller: Caller, call: Call, assessment: Assessment) -> str:
        """As ``Likeness.of``; "", which is like nothing, while the key is not known."""
        key = self.store.secret
        return Likeness(key).of(caller, call, assessment) if key else ""
