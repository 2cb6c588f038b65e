"""Checkpoint inhibitors."""
