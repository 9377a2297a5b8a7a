"""A call as a ladder: its parties, the messages between them, and the same as a capture, as text and without names."""
