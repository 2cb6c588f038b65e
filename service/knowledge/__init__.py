"""The rule book as FHIR R4 resources, for those who govern decision support by FHIR.

Pure functions from the rule book to JSON; ``service.web.knowledge`` serves them, the command
``liver-response knowledge`` writes them to files.
"""
