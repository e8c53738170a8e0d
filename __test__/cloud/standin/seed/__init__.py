"""Fill a running stand-in: a Gen 1 app with its project directory and data, and Gen 2 trees."""


class SeedError(Exception):
    """The app folder or assembly cannot be deployed; the text says what is wrong with it."""
