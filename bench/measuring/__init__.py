"""The ways to measure: wrk, crowds of people, downloads."""
