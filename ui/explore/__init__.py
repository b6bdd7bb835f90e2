"""The page Explore: the images of a dataset and their statistics."""
