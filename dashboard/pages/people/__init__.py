"""People: everybody's accounts, sessions and tokens, and who did what; for administrators."""
