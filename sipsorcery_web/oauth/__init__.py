"""OAuth 2.1: programs that customers register, consents, and the tokens that come of them.

Authlib has the grants and endpoints; here is what they are made of. Imports go down: `application` answers programs and
`for_pages` the pages where customers decide → `server` (one for each request) → `code_grant`, `device_grant`,
`refresh_grant` and `token_endpoints` → `consents`, `devices`, `clients` and `requests` → the tables of
`service/store`. Access tokens are tokens for programs like those that customers make themselves, and are looked at
where these are (`service/access_tokens.py`).
"""
