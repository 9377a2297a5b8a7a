"""The original's REST v0.1 (from October 2011), for programs that were written for it.

The routes, the names, the shape of results and the errors are the original's; the operations, the scopes and the
owners are those of `/api/v1`. `application` answers requests → `routes` (the table) → `acts` → `entities`.
"""
