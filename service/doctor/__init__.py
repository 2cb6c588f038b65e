"""The prefetch doctor: what of a call was read, what was not, and why; for those who integrate."""
