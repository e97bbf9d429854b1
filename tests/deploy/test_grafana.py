"""Every query of the Grafana dashboard asks for what a running service has, by labels that it has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.client import picture
from tests.web.live_server import PATIENCE_S, ROOT, Server, ask, eventually, free_port, serving

DASHBOARD = ROOT / "deploy" / "grafana" / "fer-web.json"
APPLICATION = "tests.web.camera_app:app"
# What Prometheus itself adds to every sample.
ADDED = {"instance", "job"}
FUNCTIONS = {"rate", "sum", "histogram_quantile", "label_values"}
WORDS = {"by", "or"}
# What stands for the dashboard's variables.
VARIABLES = {"instance": ".+", "camera": ".+", "job": "fer-web", "__rate_interval": "4s"}

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A service that has done everything that is counted: watched, asked, refused."""
    with serving(APPLICATION, FER_OUTLETS="osc", FER_OSC_HOSTS="localhost:9") as server, server.open("/stream"):
        assert eventually(lambda: "fer_latency_seconds{" in metrics(server))
        assert post_picture(server) == 200
        assert server.status("/nothing") == 404
        yield server


@pytest.fixture(scope="module")
def known(server: Server) -> dict[str, set[str]]:
    """The labels of each sample that the service has, by its name."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics(server)):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def metrics(server: Server) -> str:
    with server.open("/metrics") as answer:
        return answer.read().decode()


def post_picture(server: Server) -> int:
    """The status of an answer to /predict."""
    request = Request(f"http://127.0.0.1:{server.port}/predict", picture(), {"Content-Type": "image/png"})
    with urlopen(request, timeout=PATIENCE_S) as answer:
        return int(answer.status)


def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def targets() -> Iterator[dict[str, str]]:
    for panel in dashboard()["panels"]:
        yield from panel.get("targets", ())


def queries() -> list[str]:
    """Every query of the panels and of the variables above them."""
    variables = [one["query"]["query"] for one in dashboard()["templating"]["list"] if one["type"] == "query"]
    return [target["expr"] for target in targets()] + variables


def problems(query: str, known: Mapping[str, set[str]], legend: str = "") -> list[str]:
    """What a query asks for that the service does not have."""
    bare = re.sub(r'"[^"]*"', '""', query)
    grouped = [name for group in re.findall(r"\bby \(([^)]*)\)", bare) for name in group.split(",")]
    matched = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", bare)
    asked = re.sub(r"\bby \([^)]*\)|\{[^}]*\}|\[[^\]]*\]|, \w+\)$", "", bare)
    names = set(re.findall(r"[A-Za-z_]\w*", asked)) - FUNCTIONS - WORDS
    labels = {one.strip() for one in (*grouped, *matched, *re.findall(r"\{\{(\w+)\}\}", legend))}
    if query.startswith("label_values("):
        labels |= set(re.findall(r", (\w+)\)$", query))
    has = ADDED.union(*(known.get(name, set()) for name in names))
    return [f"no metric {name}" for name in names if name not in known] + [
        f"no label {label} in {query}" for label in sorted(labels - has)
    ]


def test_every_query_asks_for_what_a_running_service_has(known: dict[str, set[str]]) -> None:
    assert [problem for query in queries() for problem in problems(query, known)] == []
    assert [found for one in targets() for found in problems(one["expr"], known, one["legendFormat"])] == []


def test_everything_that_the_service_counts_by_itself_is_shown(known: dict[str, set[str]]) -> None:
    shown = " ".join(queries())
    ours = {name for name in known if name.startswith("fer_") and not name.endswith("_created")}
    assert {name for name in ours if not re.search(rf"\b{name}\b", shown)} == set()


@pytest.mark.parametrize(
    ("query", "legend", "said"),
    [
        ("rate(fer_frames_seen_total[5m])", "", "no metric fer_frames_seen_total"),
        ("fer_frames_captured", "", "no metric fer_frames_captured"),
        ('fer_faces{kamera=~"$camera"}', "", "no label kamera"),
        ("sum by (camera, way) (fer_faces)", "", "no label way"),
        ("fer_faces", "{{step}}", "no label step"),
        ("label_values(fer_viewers, door)", "", "no label door"),
        ("rate(fer_step_seconds_total[5m])", "", "no metric fer_step_seconds_total"),
        ("fer_viewers or fer_watchers", "", "no metric fer_watchers"),
    ],
)
def test_a_wrong_name_is_found(known: dict[str, set[str]], query: str, legend: str, said: str) -> None:
    assert [problem for problem in problems(query, known, legend) if problem.startswith(said)]


def test_panels_lie_beside_each_other_and_have_numbers_of_their_own() -> None:
    panels = dashboard()["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert all(0 <= x < 24 for x, _ in cells)
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["description"] for panel in panels if panel["type"] != "row")


def test_a_real_prometheus_answers_every_query(server: Server, tmp_path: Path) -> None:
    with prometheus(server, tmp_path) as port:
        for target in targets():
            query = filled(target["expr"])
            assert eventually(lambda query=query: series(port, query)), query


def filled(query: str) -> str:
    """A query with values in place of the dashboard's variables."""
    return re.sub(r"\$(\w+)", lambda name: VARIABLES[name[1]], query)


def series(port: int, query: str) -> list[dict[str, Any]]:
    """What Prometheus answers now; an AssertionError, with its words, when it does not understand the query."""
    with urlopen(f"http://127.0.0.1:{port}/api/v1/query?{urlencode({'query': query})}", timeout=PATIENCE_S) as answer:
        found = json.load(answer)
    assert found["status"] == "success", found
    return list(found["data"]["result"])


@contextmanager
def prometheus(server: Server, folder: Path) -> Iterator[int]:
    """The port of a real Prometheus that asks the service each second."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("Prometheus is not installed (Debian: apt-get install prometheus)")
    job = {
        "job_name": VARIABLES["job"],
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps({"scrape_configs": [job]}))  # JSON is YAML
    port = free_port()
    command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        assert eventually(lambda: is_ready(port)), log.read_text()
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def is_ready(port: int) -> bool:
    try:
        with ask(port, "/-/ready") as answer:
            return answer.status == 200
    except OSError:
        return False
