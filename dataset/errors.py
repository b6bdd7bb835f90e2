"""The one error of this package."""


class DataError(ValueError):
    """A file cannot be used. The message is a sentence that names the file and the mend."""
