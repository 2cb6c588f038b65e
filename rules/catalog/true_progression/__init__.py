"""What speaks for true progression."""
