"""SIP accounts: the list, and adding, changing and deleting one."""
