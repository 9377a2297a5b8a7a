"""The audit: who changed what of a customer, in a chain of hashes for each customer that shows what was altered."""
