"""What REST says and hears: a file a router, `base` what they share."""
