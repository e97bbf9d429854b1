"""A Celery worker on the analysis of the tests: `celery -A tests.jobs.celery_app worker`."""

from __future__ import annotations

import os
from functools import partial

from fer_web.jobs.celery_queue import add_task, make_celery
from tests.jobs.fakes import make_workplace

app = make_celery(os.environ["TEST_REDIS_URL"])
add_task(app, partial(make_workplace, os.environ["TEST_DATABASE"], os.environ["TEST_DATA_DIR"]))
