"""The messages of a call as a ladder, and links that show one to others."""
