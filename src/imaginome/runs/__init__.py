"""A run: what is asked for, and all stages from the panel to the report."""
