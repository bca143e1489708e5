"""Import: somebody else's table becomes a population, once it is seen how it is read."""
