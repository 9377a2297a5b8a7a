"""The contract's operations as resources over HTTP, in JSON (`/api/v1`), for programs that have a token.

A client of the operations in the same process, beside the pages and not through them. Imports go down: `application`
answers requests → `handlers` (one for each verb) and `acts` (tries and test cases of dial plans) → `routes`,
`idempotency`, `conditions`, `cursors`, `filters`, `bodies` → `resources` (the table) → `json_values` and `problems`.
`openapi` describes the same table. `v01` is the original's own interface, over the same operations.
"""
