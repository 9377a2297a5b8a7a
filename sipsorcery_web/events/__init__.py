"""Events of the monitoring console: SIP messages, registrations, calls, lines of dial plans, sign-ins and changes."""
