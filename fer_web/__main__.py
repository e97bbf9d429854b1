"""`python -m fer_web`."""

import sys

from fer_web.cli import main

if __name__ == "__main__":
    sys.exit(main())
