"""The native API, one file a thing."""
