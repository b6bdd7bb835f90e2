"""The one error of this package."""


class DataError(ValueError):
    """A file or setting that cannot be used; the message says what is wrong and what to do."""
