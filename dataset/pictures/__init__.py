"""Photographs and picture files → 28 × 28 images."""
