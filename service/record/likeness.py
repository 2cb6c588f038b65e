"""Whether a call is a repeat of another, without keeping whom either was about."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

import orjson

from rules.assessment import Assessment
from service.cds.call import Call
from service.trust.gate import Caller

_DIGEST_BYTES = 16
_KEPT = 256


class Likenesses(Protocol):
    """What knows repeats."""

    def of(self, caller: Caller, call: Call, assessment: Assessment) -> str:
        """Equal for a repeat; "" where it cannot be told."""


@dataclass(frozen=True)
class Likeness:
    """Digests under a key, so that nobody who reads them can try out whom they are of."""

    key: bytes = field(repr=False)

    def of(self, caller: Caller, call: Call, assessment: Assessment) -> str:
        """Equal for the same user, hook, patient, index study, grade and evidence.

        A value corrected in place is new evidence: the numbers count as well as the references,
        and so does everything that was found or is missing.
        """
        who = (caller.name, caller.tenant, call.user_id, call.patient_id, call.hook.value)
        content = orjson.dumps((who, _evidence(assessment)))
        return blake2b(content, digest_size=_DIGEST_BYTES, key=self.key).hexdigest()


@lru_cache(maxsize=_KEPT)  # as long as one order is being written, it is the same
def _evidence(assessment: Assessment) -> str:
    study = assessment.index_study
    content = orjson.dumps(
        (
            (assessment.grade.value, study.id if study else None, assessment.evidence),
            ([item.code for item in assessment.items], assessment.missing),
            repr(assessment.measurements),
        )
    )
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
