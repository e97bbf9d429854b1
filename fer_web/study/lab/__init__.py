"""The laboratory: reference systems to compare the served network with, all measured by one protocol."""
