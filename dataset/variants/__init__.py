"""Images in other forms: augmentation, habits of the pen, views, and images of no digit."""
