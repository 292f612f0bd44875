"""The report of a run: one offline page."""
