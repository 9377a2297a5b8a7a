"""Tests of what makes figures of measurements; nothing is measured here."""
