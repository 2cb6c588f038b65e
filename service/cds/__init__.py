"""The CDS Hooks protocol: from a call to what it asks, from an assessment to cards."""
