"""Trends: how the best networks change with what they cost; a client of REST."""
