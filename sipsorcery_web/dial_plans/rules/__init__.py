"""Plans without code: a list of rules, kept as the Ruby that carries it out."""
