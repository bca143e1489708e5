"""Jobs: what wants them, in which order they run, who holds one, how it ended.

Claims, results and what people do to jobs come in. Design spaces of populations and statistics
are unknown here: a job is a network, a regime and a seed.
"""
