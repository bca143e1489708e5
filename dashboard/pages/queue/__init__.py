"""Queue: populations, workers and jobs, as a client of REST.

The layout is made here, its tables by assets/queue. New pages are made like this one.
"""
