"""Call control: calls whose accounts have dial plans, and what their plans have the SIP engine do."""
