"""The migrations of the store, in the order of their revisions; each adds, none takes away."""
