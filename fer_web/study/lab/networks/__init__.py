"""The laboratory's neural rows: what their networks learn from, and how."""
