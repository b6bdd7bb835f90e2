"""Renders strokes as 28 × 28 images, prepared as MNIST's were."""
