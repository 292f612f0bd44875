"""The choice of a generator by people held out of train."""
