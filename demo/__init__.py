"""A portal to try: on a store that is thrown away, with customers who are made up; `make demo` runs it."""
