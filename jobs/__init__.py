"""Messages: what a claim, a state and a result look like, and how workers and web are woken.

Celery and Redis may be imported. A message may be lost, doubled or late: rows are the truth,
so nothing here decides anything.
"""
