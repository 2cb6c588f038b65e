"""The service around the rule book: FHIR in, CDS Hooks cards out."""
