"""One file a paper's programme."""
