"""My account: who asks, where he is logged in, and what his scripts show."""
