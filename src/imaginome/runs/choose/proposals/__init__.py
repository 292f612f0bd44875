"""One file a generator that can be chosen: settings to try, and what they cost."""
