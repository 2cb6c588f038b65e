"""What limits the comparison of two studies."""
