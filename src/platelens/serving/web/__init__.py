"""Pages for people: their frame, style sheet, icons and scripts."""
