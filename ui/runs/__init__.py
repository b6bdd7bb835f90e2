"""The page Runs: curves, comparisons, seeds, and one run to keep or share."""
