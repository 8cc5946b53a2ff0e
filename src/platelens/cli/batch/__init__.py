"""The commands of `platelens batch`."""
