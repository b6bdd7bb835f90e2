"""Searching for hyperparameters: sweeps, and the learning-rate range test."""
