"""`python -m platelens`: the same as the command `platelens`."""

from platelens.cli.main import main

if __name__ == "__main__":
    main()
