"""The version of SIPSorcery Web."""

__version__ = "1.0.0"
