"""One module a generator: the settings to try, and their predicted cost."""
