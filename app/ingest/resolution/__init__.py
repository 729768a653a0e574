"""Which drug a substance is: a pure function."""
