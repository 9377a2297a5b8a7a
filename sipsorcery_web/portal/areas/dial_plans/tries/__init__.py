"""Pages on which dial plans are tried."""
