"""The published criteria side by side, each with its arithmetic, for one patient.

None of them decides anything here: the grade comes from the rule book. They show how the same
numbers read under each published name, and for whom each was made. Criteria that need what the
record does not hold answer NE ("not evaluable") and say what is missing.
"""
