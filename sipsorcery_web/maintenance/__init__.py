"""The operator's work on an installation as a whole: its keys, a backup of it, and the way back from one."""
