"""The page Train: set up a run, watch it and control it."""
