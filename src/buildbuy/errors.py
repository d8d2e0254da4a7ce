"""The errors a user can meet. Each says what, where, why and what to do next."""

from __future__ import annotations


class BuildbuyError(Exception):
    """Base of every error that buildbuy raises on purpose.

    `exit_code` is the code the command line ends with: 2 for bad input, 3 where the
    environment lacks something. `below` are the keys from the place that was checked down to the
    place that is wrong, where a validator sees more than one key at a time.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "", below: tuple[str | int, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.hint = hint
        self.below = below

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        lines = [f"error: {head}"]
        if self.why:
            lines.append(f"  {self.why}")
        if self.hint:
            lines += ["", f"hint: {self.hint}"]
        return "\n".join(lines)


class BadInput(BuildbuyError, ValueError):
    """What the user gave can't be read or makes no sense.

    A ValueError too, so that one raised in a validator is told with the line of its key.
    """


class Lacking(BuildbuyError):
    """The environment lacks something that the work needs: a package, a right, a quiet machine."""

    exit_code = 3
