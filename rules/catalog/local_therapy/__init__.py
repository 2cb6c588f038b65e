"""Liver-directed therapy."""
