"""From items to one grade."""
