"""The rule book: one folder a topic, each with its page, its rules and its worked cases."""
