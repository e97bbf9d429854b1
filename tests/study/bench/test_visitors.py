from __future__ import annotations

import argparse
import sys

import pytest

from fer_web.errors import FerError
from fer_web.study.bench.visitors import WARM_S, Visited, demo_clip, report, visit_together
from tests.web.live_server import serving


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_visitors_are_answered_at_their_own_pace_and_a_refusal_is_told() -> None:
    clip = demo_clip(3)
    assert all(frame.startswith(b"\xff\xd8") for frame in clip)

    with serving("tests.web.camera_app:app", FER_MAX_VISITORS="2") as server:
        visited = visit_together(server.port, clip, 2, seconds=1.0, fps=10.0)
        assert [len(one.latencies_ms) <= 11 and len(one.latencies_ms) >= 5 for one in visited] == [True, True]
        assert [one.fps for one in visited] == [float(len(one.latencies_ms)) for one in visited]
        assert [one.with_face for one in visited] == [1.0, 1.0]
        assert all(0 < latency < 1000 * (WARM_S + 1) for one in visited for latency in one.latencies_ms)
        with pytest.raises(FerError, match="all 2 places"):
            visit_together(server.port, clip, 3, seconds=0.5, fps=10.0)


def test_a_report_names_the_slowest_and_says_when_that_is_too_slow(capsys: pytest.CaptureFixture[str]) -> None:
    args = argparse.Namespace(fps=15.0, seconds=10.0)
    visited = [Visited(fps, tuple(map(float, range(1, 102))), 1.0) for fps in (12.0, 10.0, 7.0)]

    report(args, visited)

    printed = capsys.readouterr().out
    assert "7.0 /s at least     10.0 /s in the median" in printed
    assert "51 ms in the median" in printed
    assert "97 ms for 95 %" in printed
    assert "100%" in printed
    assert "too slow" in printed
    report(args, visited[:2])
    assert "too slow" not in capsys.readouterr().out
    with pytest.raises(FerError, match="nobody"):
        report(args, [Visited(0.0, (), 0.0)])
