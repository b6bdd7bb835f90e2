"""The page Train: set a run up, watch it and steer it."""
