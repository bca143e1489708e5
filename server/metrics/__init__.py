"""Metrics: the server in numbers, as Prometheus reads them at /metrics.

`meters` are what web processes count (one or several of them behind one address), `measured`
counts requests, `pulse` looks at what a process holds, `state` is what the database and the
disk say. Nothing here knows what a request is about.
"""
