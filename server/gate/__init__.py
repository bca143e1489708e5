"""The gate: what stands before all routes, from the outermost in.

`headers` (what each answer carries), `guard` (Host and Origin), `health` (whether this process
answers, and could), `login` (who asks, `rates`: how often), `intake` (what may come in);
`doors` is the verb that a route names. Requests come in, and go on or are answered. Routes,
and services but people and acting, are unknown here.
"""
