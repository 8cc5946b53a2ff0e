"""The service: what it answers to programs, and pages for people."""
