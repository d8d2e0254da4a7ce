"""What a repository says by itself: the systems in use, what the team has built, what leaving costs.

Nothing here runs, imports or templates what it reads; every file is bounded and stays in the tree.
"""

from buildbuy.evidence.repo.scan import scan

__all__ = ["scan"]
