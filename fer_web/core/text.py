"""Text from outside, made fit for one line of a log or a message."""

from __future__ import annotations


def one_line(text: str) -> str:
    """`text` with everything escaped that is no printable character: nobody can begin a line of their own in a log,
    move a terminal's cursor, or turn the direction of writing. Bytes that were no text are shown as `\\xNN`.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that Python could not decode (PEP 383)
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character if character.isprintable() else repr(character)[1:-1]
