"""The programs that are measured beside each other, each on a port of this machine."""
