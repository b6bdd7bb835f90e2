"""The page Draw: a drawing is read, a model is taught, and handwriting is tested."""
