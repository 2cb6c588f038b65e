"""Does the question arise, and is enough dated to answer it."""
