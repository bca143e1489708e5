"""What a service refuses, in words a person can act on. Faces map these to their own codes."""

from __future__ import annotations

from collections.abc import Sequence


class NotFound(LookupError):
    """Nothing of that kind has that id; `what` is the kind, as in "design space"."""

    def __init__(self, what: str, id: object) -> None:
        super().__init__(f"no {what} {id}")
        self.what = what


class Conflict(ValueError):
    """The name is taken by something else."""


class Unreadable(Conflict):
    """A stored row that this version can't read: which, and what is wrong with it."""


class Refused(ValueError):
    """A value that can't be used: which field, what was given, what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: {allowed}, got {value!r}")
        self.field, self.value, self.allowed = field, value, allowed

    def __reduce__(self) -> tuple[type[Refused], tuple[str, object, str]]:
        """As it travels from a process apart."""
        return type(self), (self.field, self.value, self.allowed)


class Busy(RuntimeError):
    """Others ask for as much as is done at once: ask again soon."""


class TooLarge(Refused):
    """More than is taken in one piece."""


class WrongArchive(ValueError):
    """A file that can't be imported: each problem says where it is and what is allowed."""

    def __init__(self, problems: Sequence[Refused]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Unknown(PermissionError):
    """Nobody is logged in, or what was shown lets nobody in."""


class Forbidden(PermissionError):
    """Somebody may not do this: the verb, and who may."""

    def __init__(self, verb: str, who_may: str) -> None:
        super().__init__(f"not allowed to {verb} this: {who_may}")
        self.verb = verb


class Gone(ValueError):
    """A link that was used, is too old, or was never given out."""


class TooOften(RuntimeError):
    """Asked for too often: again after so many seconds."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what}; again in {seconds} s")
        self.seconds = seconds


class Repeated(RuntimeError):
    """What is asked was done before; what was answered then."""

    def __init__(self, answer: object) -> None:
        super().__init__("done before")
        self.answer = answer
