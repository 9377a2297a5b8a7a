"""Figures made of measurements, and the document that tells them."""
