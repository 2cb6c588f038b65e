"""The interface of this service as an OpenAPI 3.1 document: what it answers, and with which errors."""
