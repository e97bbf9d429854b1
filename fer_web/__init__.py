"""Reads faces live: where they are, what they express, when they blink."""

__version__ = "0.1.0"
