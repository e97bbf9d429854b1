"""Where the files are that come with the program: beside the package in a checkout, inside it when it is installed.

The wheel carries templates, static, models and the laboratory's results in `fer_web/package_data` (pyproject.toml).
No other module asks where it lies on the disk.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_INSTALLED = PACKAGE / "package_data"
IS_INSTALLED = _INSTALLED.is_dir()
ROOT = _INSTALLED if IS_INSTALLED else PACKAGE.parent

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MODELS = ROOT / "models"
LAB_RUNS = ROOT / "docs" / "lab" / "runs"
GUNICORN_FILE = ROOT / "gunicorn.conf.py"
MIGRATIONS = PACKAGE / "store" / "migrations"
PORTRAIT = PACKAGE / "sources" / "portrait.png"
FONT = PACKAGE / "vision" / "fonts" / "Inter_600SemiBold.ttf"


def data_folder() -> Path:
    """What is kept lies beside the code in a checkout, and where the system keeps a user's data when installed."""
    if not IS_INSTALLED:
        return ROOT / "data"
    from platformdirs import user_data_path

    return Path(user_data_path("fer-web", appauthor=False))
