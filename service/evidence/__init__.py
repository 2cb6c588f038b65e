"""The page behind the card: the evidence for and against, seen on one time axis.

From the same assessment and timeline as the card; nothing here concludes anything.
"""
