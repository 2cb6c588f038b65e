"""The rule book and what it reasons from; knows nothing of HTTP, FHIR, Flask or databases."""

__version__ = "0.1.0"
