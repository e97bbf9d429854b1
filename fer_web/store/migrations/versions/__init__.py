"""One module per step, the first one first."""
