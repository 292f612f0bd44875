"""Known leaks that are planted into real people, to see which attacks find them."""
