"""Provider registrations."""
