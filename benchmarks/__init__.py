"""What README and docs claim of speed and coverage, measured: `python -m benchmarks.NAME`.

One JSON object a line goes out. Any room may be imported; nothing imports this one.
"""
