"""How fast and how right the program is on this machine: each module offers `add_arguments` and `run`."""
