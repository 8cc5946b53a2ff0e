"""The command line. A command parses, calls the room that works, and prints."""
