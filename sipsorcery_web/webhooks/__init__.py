"""Webhooks: what happens is posted to addresses that customers name, signed as Standard Webhooks has it.

A transaction that makes something happen puts messages into the outbox, a table (`outbox`, `registrations`);
`distribution` hands them to the queue of jobs, a few of each webhook at once; and `delivery` posts them (`posting`,
`signing`) and notes what came of it. `keeping` is what pages do with webhooks.
"""
