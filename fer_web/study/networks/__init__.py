"""The networks that this program can build."""
