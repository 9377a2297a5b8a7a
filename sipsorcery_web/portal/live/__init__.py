"""Lists that stay current while somebody looks at them."""
