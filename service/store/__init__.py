"""What is kept: cards that were issued, the feedback on them, and counts of calls; nothing of a patient."""
