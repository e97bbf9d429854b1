"""The application: `python app.py` serves it, and so does any WSGI server that is told `app:app`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from fer_web.cli import main

    sys.exit(main(["serve", *sys.argv[1:]]))
elif __name__ != "__mp_main__":  # as which a worker process imports what its service was started with
    from fer_web.factory import create_app

    app = create_app()
