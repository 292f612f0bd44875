"""Which generator, and how large: chosen from the train panel by held-out evidence."""
