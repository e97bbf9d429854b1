"""How gunicorn serves FER Web: `gunicorn` in this folder, with the same FER_ settings as everything else.

One worker, because one process owns the camera; many threads, because every viewer keeps one busy. FER_MAX_VIEWERS is
checked to be well below FER_THREADS, so that uploads and health checks always find one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fer_web.errors import SettingsError
from fer_web.settings import given_log_form, load_settings
from fer_web.startup import start_logging
from fer_web.web.api.visits import FRAME_BYTES
from fer_web.web.http.services import LARGE_REQUESTS
from fer_web.web.streaming.gunicorn_worker import StreamWorker
from fer_web.web.streaming.orderly_worker import GRACE_S, LAST_S
from fer_web.web.streaming.patience import WaitLimits
from fer_web.web.streaming.server_log import ServerLog

start_logging("warning", given_log_form())
try:
    _settings = load_settings()
except SettingsError as error:
    sys.exit(f"FER Web does not start:\n{error}")

start_logging(_settings.log_level, _settings.log)

# gunicorn itself would refuse every request without it, health checks too; the program knows better what it means.
if os.environ.pop("SCRIPT_NAME", ""):
    os.environ["FER_PATH_PREFIX"] = _settings.path_prefix

wsgi_app = "app:app"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = 1
worker_class = StreamWorker  # gthread that waits for slow clients without threads, and ends streams on SIGTERM
StreamWorker.patience = WaitLimits(head_s=_settings.patience_s / 2, stall_s=_settings.patience_s)
StreamWorker.max_body_bytes = max(_settings.image_max_bytes, FRAME_BYTES)
StreamWorker.max_held_bytes = LARGE_REQUESTS * _settings.image_max_bytes
threads = _settings.threads
worker_connections = max(_settings.connections, 2 * _settings.threads)  # most of them wait, and cost no thread
preload_app = False  # the camera and the models belong to the worker
timeout = 60  # the worker's main thread reports every second, however long its streams last
graceful_timeout = GRACE_S + LAST_S + 1  # the worker takes no longer; usually a second
keepalive = 5
control_socket_disable = True
forwarder_headers = ""  # a client's header SCRIPT_NAME is none of ours
accesslog = None  # addresses of viewers are nobody's business
errorlog = "-"
loglevel = _settings.log_level
logger_class = ServerLog  # in the form of our own messages
ServerLog.form = _settings.log
_MEMORY = Path("/dev/shm")  # noqa: S108
if _MEMORY.is_dir():  # a heartbeat in memory works on a read-only root file system too
    worker_tmp_dir = str(_MEMORY)
