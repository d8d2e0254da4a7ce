"""The framework's four questions: differentiation, ownership, fit, migration."""
