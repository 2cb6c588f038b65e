"""The look of treatment effect."""
