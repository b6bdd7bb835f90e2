"""The page Sweep: many settings at once."""
