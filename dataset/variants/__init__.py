"""Variants of images: augmentation, pen habits, views, distortions, and images of no digit."""
