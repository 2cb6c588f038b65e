"""What is kept and told of calls: who asked what, and what was answered; nothing of the patient."""
