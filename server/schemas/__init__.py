"""What REST says and hears: a file a router, `base` what they share.

Records of services come in. A schema computes nothing that a service knows.
"""
