"""How far an answer can be trusted: calibrated probabilities, and inputs of no known class."""
