"""``python -m imaginome.cli`` is the command ``imaginome``."""

from imaginome.cli.main import main

main()
