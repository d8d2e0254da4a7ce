"""Public decisions replayed with what was known then, and scored against hindsight."""
