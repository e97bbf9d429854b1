"""`fer-web export-site FOLDER`: the pages that analyze on the device alone, as files for any web server."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_web.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a new or empty folder to write to")
    parser.add_argument("--model", help="the model that reads expressions; else that of FER_MODEL")


def run(args: argparse.Namespace) -> int:
    """Write the folder, and say how to look at it."""
    from fer_web.web.pages.static_site import write_site
    from fer_web.web.pages.views import size_text

    settings = load_settings()
    written = write_site(args.folder, settings.models_dir, args.model or settings.model)
    print(f"{args.folder}: {size_text(written)} written; README.txt in it says how to host it")
    return 0
