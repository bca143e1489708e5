"""What every statistic stands on: shares with intervals, estimates, sums.

Numbers and arrays come in. Any room of `population` may import this one, and it imports
none of them.
"""
