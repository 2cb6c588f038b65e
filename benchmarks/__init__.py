"""How fast a call is, beside a floor measured in the same run: ``python -m benchmarks``."""
