"""What a measured time is made of: multiply-adds, activations, parameters."""
