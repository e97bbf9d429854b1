"""HTTP: the only part of the program, besides its wiring, that knows Flask."""
