"""How the best networks change with what they cost; what makes one of the best."""
