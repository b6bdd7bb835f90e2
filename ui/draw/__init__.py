"""The page Draw: write a digit, have it read, teach a model, sit an exam."""
