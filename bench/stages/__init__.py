"""The parts of a run, one after the other."""
