"""One file, or package, a family of measures."""
