"""Turns photographs and picture files into 28 × 28 images."""
