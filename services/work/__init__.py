"""Jobs: what wants them, in which order they run, who holds one, how it ended.

`schedule` queues, pauses and puts first; `wanting` is which population wants which job;
`leases` claims; `transitions` writes states, `results` what was measured, `versions` that
something did; `jobs`, `roster` and `progress` are read; `quotas` is who may use how much,
`usage` what he has used.

Claims, results and what people do to jobs come in. Design spaces of populations and statistics
are unknown here: a job is a network, a regime and a seed.
"""
