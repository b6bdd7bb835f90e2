"""Look inside: why a model reads a drawing the way it does."""
