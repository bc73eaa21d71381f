"""`python -m pupitre`."""

from pupitre.cli import main

main()
