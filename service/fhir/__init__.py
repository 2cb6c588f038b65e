"""FHIR in, frozen records out: the only package that knows how FHIR is written."""
