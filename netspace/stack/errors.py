"""What keeps the stack from starting."""


class CannotStart(RuntimeError):
    """A reason not to start that a person can mend; its text is one line for them."""
