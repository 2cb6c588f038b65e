"""The HTTP surface: the only place, beside the assembly of the application, that knows Flask."""
