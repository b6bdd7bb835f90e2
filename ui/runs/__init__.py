"""The page Runs: curves, comparisons, seeds, and one run to save or share."""
