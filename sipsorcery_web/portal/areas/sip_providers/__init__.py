"""SIP providers."""
