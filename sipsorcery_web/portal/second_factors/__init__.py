"""Second factors: what a user is asked for after the password, whichever service keeps the customers."""
