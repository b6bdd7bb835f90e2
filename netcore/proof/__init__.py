"""A proof bundle: a network, a claim about its accuracy, and a program that checks the claim."""
