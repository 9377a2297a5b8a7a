"""The stores that are measured: from a hundred SIP accounts to a million."""
