"""The scope of the criteria for hepatocellular carcinoma: there and nowhere else.

They measure arterially enhancing tumour. Most metastases enhance little in the arterial phase,
so in them the same numbers would mean nothing.
"""

from __future__ import annotations

from rules.criteria.pages import CriterionPage
from rules.criteria.response import NE, OUT_OF_SCOPE, Response

HEPATOCELLULAR, UNKNOWN = "HCC", "unknown"


def out_of_scope(page: CriterionPage, primary: str) -> Response | None:
    """The answer for any other primary; None where the criterion applies.

    A primary that is not known is not another one: the answer is NE then.
    """
    if primary == HEPATOCELLULAR:
        return None
    known = primary != UNKNOWN
    here = primary if known else "not known"
    words = f"{page.title}: for hepatocellular carcinoma only; the primary here is {here}"
    return Response(OUT_OF_SCOPE if known else NE, words)
