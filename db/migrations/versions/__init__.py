"""Steps of the schema, a file each, in the order of their numbers; none is ever edited."""
