"""Texts of several lines: their lines and line ends, and what differs between two of them."""
