"""Passkeys: public key credentials (WebAuthn, level 3) that prove who signs in."""
