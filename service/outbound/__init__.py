"""Requests that this service sends itself: to whom it may, how long they may take, how much they may bring.

The address of a FHIR server comes from the caller, so it is not trusted: nothing is sent anywhere
that the operator, or the defaults for development, have not allowed.
"""
