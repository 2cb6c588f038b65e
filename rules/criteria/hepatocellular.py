"""The scope of the criteria for hepatocellular carcinoma: there and nowhere else.

They measure arterially enhancing tumour. Most metastases enhance little in the arterial phase,
so in them the same numbers would mean nothing.
"""

from __future__ import annotations

from rules.criteria.pages import CriterionPage
from rules.criteria.response import OUT_OF_SCOPE, Response

HEPATOCELLULAR = "HCC"


def out_of_scope(page: CriterionPage, primary: str) -> Response | None:
    """The answer for any other primary; None where the criterion applies."""
    if primary == HEPATOCELLULAR:
        return None
    return Response(
        OUT_OF_SCOPE,
        f"{page.title} is for hepatocellular carcinoma; the primary here is {primary}",
    )
