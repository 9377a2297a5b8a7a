"""The contract's operations as resources over HTTP, in JSON (`/api/v1`), for programs that have a token.

A client of the operations in the same process, beside the pages and not through them. Imports go down: `application`
answers requests → `handlers` (one for each verb) → `routes`, `idempotency`, `conditions`, `cursors`, `filters`,
`bodies` → `resources` (the table) → `json_values` and `problems`. `openapi` describes the same table.
"""
