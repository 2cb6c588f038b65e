"""The whole rule book as one document for clinicians: ``docs/rules.md``.

``python -m rules.document`` checks that it is current, ``--write`` writes it anew.
"""
