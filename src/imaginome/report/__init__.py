"""Report: results drawn on one offline page; it computes nothing."""
