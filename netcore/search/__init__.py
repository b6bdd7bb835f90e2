"""Hyperparameter search: sweeps, and the learning-rate range test."""
