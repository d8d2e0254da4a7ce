"""Question 2: what an option costs in total, as a ledger of named lines."""
