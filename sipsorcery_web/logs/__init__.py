"""The log: its lines, as text or JSON and without secrets, the ids of requests in them, and what they say seldom."""
