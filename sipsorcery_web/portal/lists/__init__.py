"""Lists: what an address asks for, one page of it, and the same list as a file."""
