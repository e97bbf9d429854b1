"""`python -m fer_web serve`: a real server, gunicorn where there is one, else waitress."""

from __future__ import annotations

import argparse
import contextlib
import errno
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING

from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.errors import SettingsError
from fer_web.resources import GUNICORN_FILE
from fer_web.settings import Settings, given_log_form, load_settings, variable
from fer_web.startup import start_logging, uncollected

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

# Python's select takes 512 sockets on Windows; waitress has a few of its own.
WINDOWS_CONNECTIONS = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_setting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    options = setting_options(args)
    start_logging("warning", options.get("log") or given_log_form())
    settings = load_settings(options)
    os.environ.update({variable(name): value for name, value in options.items()})  # gunicorn's file reads them there
    start_logging(settings.log_level, settings.log)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's own start-up messages
    check_address(settings.host, settings.port)
    _announce(settings)
    if sys.platform == "win32":
        _serve_with_waitress(settings)
    else:
        _serve_with_gunicorn(settings)
    return 0


def check_address(host: str, port: int) -> None:
    """SettingsError when nothing can listen there, with the reason."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except socket.gaierror as error:
        raise SettingsError(f"FER_HOST={host} is not an address of this machine ({error.strerror})") from error
    except OSError as error:
        raise SettingsError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is already in use: stop the program that uses it, or choose another port "
            "with FER_PORT or --port"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: choose a port above 1023 with FER_PORT or --port"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def _announce(settings: Settings) -> None:
    """Where to look; which source and model it is, the log says as soon as that is known."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - only compared
    shown = f"[{host}]" if ":" in host and "[" not in host else host
    address = f"http://{shown}:{settings.port}"
    if settings.log == "json":
        log.info("FER Web on %s", address)
    else:
        print(f"FER Web on {address}  (press Ctrl+C to stop)", flush=True)
    if settings.insecure_no_token:
        _warn(settings, "FER_INSECURE_NO_TOKEN is set: everybody who can reach this address sees the camera")


def _warn(settings: Settings, text: str) -> None:
    if settings.log == "json":
        log.warning("%s", text)
    else:
        print(f"WARNING: {text}", file=sys.stderr)


def _serve_with_gunicorn(settings: Settings) -> None:
    from gunicorn.app.base import Application

    class Server(Application):  # type: ignore[misc]
        """gunicorn as its file beside app.py wants it; the application is made in the worker, after the fork."""

        def load_config(self) -> None:
            with uncollected():
                self.load_config_from_file(str(GUNICORN_FILE))

        def load(self) -> Flask:
            return _app(settings)

    Server(prog="fer_web").run()


def _serve_with_waitress(settings: Settings) -> None:
    from waitress import serve

    app = _app(settings)
    try:
        serve(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            connection_limit=min(settings.connections, WINDOWS_CONNECTIONS),
            channel_timeout=round(settings.patience_s),
            ident=None,
        )
    finally:
        close(app)


def _app(settings: Settings) -> Flask:
    with uncollected():
        from fer_web.factory import create_app

        return create_app(settings)


def close(app: Flask) -> None:
    """End everybody's viewing and let go of the camera."""
    from fer_web.web.http.services import EXTENSION

    app.extensions[EXTENSION].close()
