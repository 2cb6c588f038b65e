"""From a timeline and a day to the clinical facts that the rules reason on."""
