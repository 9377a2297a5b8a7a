"""The embedded provisioning service: wire-compatible with the original, without its weaknesses."""
