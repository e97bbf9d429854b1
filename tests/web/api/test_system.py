from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from prometheus_client.core import Sample
from prometheus_client.parser import text_string_to_metric_families

from fer_web import __version__
from fer_web.errors import ModelError
from fer_web.startup import BackgroundStartup
from tests.web.client import DEMO, make_app, picture


def samples(client: FlaskClient) -> dict[str, float]:
    """Each sample by its name, and if it is one of ours by its labels too."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [sample for family in families for sample in family.samples]
    return {" ".join((one.name, *_labels(one))): one.value for one in found}


def _labels(sample: Sample) -> list[str]:
    return sorted(filter(None, sample.labels.values())) if sample.name.startswith("fer_") else []


def test_the_service_lives_and_is_ready(client: FlaskClient) -> None:
    client.application.extensions["fer_web"].startup.vision(5)

    assert client.get("/health/live").get_json() == {"status": "alive"}
    assert client.get("/health/ready").get_json() == {"status": "ready"}


def test_a_service_whose_models_fail_lives_but_is_not_ready() -> None:
    client = make_app(ModelError("xception.keras was changed")).test_client()
    client.post("/predict", data=picture(), content_type="image/png")

    answer = client.get("/health/ready")

    assert client.get("/health/live").status_code == 200
    assert answer.status_code == 503
    assert "xception.keras was changed" in answer.get_json()["error"]["message"]


def test_before_the_start_nothing_is_ready_and_nobody_waits() -> None:
    startup = BackgroundStartup(lambda: None, {"main": lambda: DEMO})  # type: ignore[arg-type,return-value]

    assert startup.choice("main") is None
    client = make_app().test_client()
    object.__setattr__(client.application.extensions["fer_web"], "startup", startup)
    assert client.get("/health/ready").get_json()["error"]["code"] == "not_ready"


def test_predictions_steps_and_errors_are_counted(client: FlaskClient) -> None:
    client.post("/predict", data=picture(), content_type="image/png")
    client.post("/predict", data=b"no picture", content_type="image/png")
    client.get("/nothing")

    counted = samples(client)

    assert counted["fer_predictions_total"] == 1
    assert counted["fer_predicted_faces_total"] == 2
    assert counted["fer_errors_total not_an_image"] == 1
    assert counted["fer_errors_total not_found"] == 1
    assert counted["fer_step_seconds_count detect predict"] == 1
    assert counted["fer_step_seconds_sum detect predict"] == 0.002


def test_the_cameras_numbers_are_there_before_anybody_watches(client: FlaskClient) -> None:
    counted = samples(client)

    for name in ("fer_frames_captured_total", "fer_frames_analyzed_total", "fer_frames_dropped_total", "fer_viewers"):
        assert counted[f"{name} main"] == 0
    assert counted["process_resident_memory_bytes"] > 0


def test_two_applications_count_for_themselves() -> None:
    first, second = make_app().test_client(), make_app().test_client()

    first.post("/predict", data=picture(), content_type="image/png")

    assert samples(first)["fer_predictions_total"] == 1
    assert samples(second)["fer_predictions_total"] == 0


def test_health_has_the_names_that_kubernetes_uses_too(client: FlaskClient) -> None:
    client.application.extensions["fer_web"].startup.vision(5)

    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_what_runs_is_told_by_labels(client: FlaskClient) -> None:
    text = client.get("/metrics").text

    line = next(line for line in text.splitlines() if line.startswith("fer_build_info{"))
    for label in (f'version="{__version__}"', 'engine="modern (mesh)"', 'model="xception-pair"'):
        assert label in line
    assert line.endswith(" 1.0")


def test_each_camera_has_one_status_and_each_state_of_jobs_its_number(tmp_path: Path) -> None:
    counted = samples(make_app(cameras="door=demo:,desk=demo:", data_dir=tmp_path).test_client())

    statuses = {name: value for name, value in counted.items() if name.startswith("fer_camera_status ")}
    assert [name for name, value in statuses.items() if value == 1] == [
        "fer_camera_status closed door",
        "fer_camera_status closed desk",
    ]
    assert len(statuses) == 12
    assert "fer_latency_seconds door" not in counted
    assert [counted[f"fer_jobs {state}"] for state in ("queued", "running", "done", "failed", "canceled")] == [0] * 5


def test_a_database_that_cannot_be_read_takes_away_the_jobs_only(tmp_path: Path) -> None:
    (tmp_path / "fer_web.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 40)

    client = make_app(data_dir=tmp_path).test_client()

    assert client.get("/metrics").status_code == 200
    counted = samples(client)
    assert not [name for name in counted if name.startswith("fer_jobs")]
    assert counted["fer_viewers main"] == 0
