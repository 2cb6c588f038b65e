"""Who is calling: the JSON web tokens of CDS clients, checked in the order that the standard gives."""
