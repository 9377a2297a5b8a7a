"""Programs that act for customers: registering them, allowing them something, and taking it back (OAuth 2.1)."""
