"""The commands of `platelens data`."""
