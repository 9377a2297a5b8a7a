"""The world of calls that people make: what a plan causes happens, in its owner's name and within limits."""
