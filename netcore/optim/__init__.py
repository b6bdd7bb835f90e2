"""How weights are updated: optimizers, learning-rate schedules, averages of weights."""
