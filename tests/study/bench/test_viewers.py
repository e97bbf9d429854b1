from __future__ import annotations

import argparse
import sys

import pytest

from fer_web.errors import FerError
from fer_web.study.bench.serving import served
from fer_web.study.bench.viewer_load import ViewerLoad
from fer_web.study.bench.viewers import Measured, report
from tests.web.live_server import serving

needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


@pytest.mark.server
@needs_gunicorn
def test_a_crowd_counts_the_pictures_of_each_and_notices_who_is_refused() -> None:
    with serving(FER_MAX_VIEWERS="5", FER_THREADS="24", TEST_FPS="20") as server:
        with ViewerLoad(server.port, "/stream", 5) as crowd:
            crowd.read(2.0)
            counts = crowd.pictures()
            assert min(counts) >= 20
            assert max(counts) <= 2 * 20 + 3  # a little late, and two notices
            assert crowd.received > 5 * 20 * 10_000
        assert server.eventually(viewers=0)
        with ViewerLoad(server.port, "/stream", 6) as crowd, pytest.raises(FerError, match="ended after 0 pictures"):
            crowd.read(5.0)


@pytest.mark.server
@needs_gunicorn
def test_a_server_that_does_not_start_is_quoted() -> None:
    with pytest.raises(FerError, match="FER_THREADS"), served({"THREADS": "many"}):
        pass


def test_a_report_compares_the_analysis_and_names_the_slowest_viewer(capsys: pytest.CaptureFixture[str]) -> None:
    args = argparse.Namespace(viewers=3, seconds=20.0, fps=15)
    report(args, Measured(15.0, (15.0,), 0.5), Measured(14.25, (15.0, 12.0, 14.0), 1.5))
    printed = capsys.readouterr().out
    assert "ratio 0.950" in printed
    assert "14.00 frames/s in the median, 12.00 at least" in printed
