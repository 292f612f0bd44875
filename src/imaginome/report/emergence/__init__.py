"""How haplotypes took shape in the training: the player, and stills."""
