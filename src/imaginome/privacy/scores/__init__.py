"""What attacks share: scores of people, and how findings are made of them."""
