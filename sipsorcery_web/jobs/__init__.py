"""Jobs that are done later, and again where they fail: kept in a table, so that none is lost with a process.

A job is done at least once: a process that is killed behind its work, before it has noted that, leaves it to the next.
"""
