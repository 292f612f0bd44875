"""What tests share: panels, naive references, hand-made results, a browser and the command line."""
