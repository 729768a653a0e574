"""Codes of terminologies, as they are compared."""


def code_key(code: str) -> str:
    """A terminology and a code in it, as they are looked up: in small letters, a colon between.

    The codes of some begin with their terminology: `efo:EFO:0000275` is `EFO:0000275`.
    """
    system, _, rest = code.lower().partition(":")
    return f"{system}:{rest.removeprefix(f'{system}:')}"
