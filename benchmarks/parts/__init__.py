"""What benchmarks are made of: populations by a law, loops of training, processes."""
