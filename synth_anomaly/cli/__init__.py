"""The command line, ``sat``. Nothing in here is imported by the rest of the toolkit."""
