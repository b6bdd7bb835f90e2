"""Strokes → 28 × 28 images, inked as MNIST was made."""
