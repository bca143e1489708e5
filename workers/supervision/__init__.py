"""The parent: slots that claim jobs, their leases, the processes that train.

No torch but in two functions that only a child runs. What a training is, stands in `training`.
"""
