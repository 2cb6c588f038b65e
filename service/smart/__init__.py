"""SMART App Launch: how the evidence page is opened from a chart, with the reader's own rights.

An authorization code with PKCE is had from the EHR's authorization server; what it is exchanged for
stays on this side. A browser holds one random secret for each launch and nothing else.
"""
