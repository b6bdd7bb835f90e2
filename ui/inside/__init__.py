"""Look inside: why a network reads a drawing as it does."""
