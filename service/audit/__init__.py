"""What is told of each call, for those who answer for the service: one line, and nothing of a patient."""
