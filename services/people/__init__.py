"""People: who asks, what he may, what lets him in, what he did.

Names, passwords and secrets come in; an `Actor` goes out, which every transaction carries from
then on (`Database.of`). Populations, jobs and pages are unknown here: permission is asked of
rows by whose they are.
"""
