"""The plan service: a process of its own that runs Ruby, asked over a local socket with a secret."""
