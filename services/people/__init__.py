"""People: accounts, and what lets somebody in: passwords, providers, sessions, tokens, links.

Names, passwords and secrets come in; an `Actor` goes out. Populations, jobs and pages are
unknown here, and so is what an actor may do with them.
"""
