"""Looking into a network: pure functions of a network of the caller's own and of arrays."""
