"""What REST says and hears: a file a noun of it, `base` what they share.

Records of services come in. A schema computes nothing that a service knows.
"""
