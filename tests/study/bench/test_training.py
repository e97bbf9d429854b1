from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.cli import main

SMALL = """
network = "xception-small"
batch = 4

[schedule]
sizes = [[1.0, 16]]

[augmentation]
reframed = 0.5

[loss]
votes = 0.5
teacher = 0.5
"""


@pytest.mark.parametrize("bank", ["", "bank_epochs = 1"])
@pytest.mark.usefixtures("eager")
def test_epochs_are_measured_with_and_without_batches_ahead(
    bank: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text(bank + SMALL, encoding="utf-8")

    assert main(["bench", "training", str(tmp_path / "small.toml"), "--steps", "2"]) == 0

    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [line[:5] for line in lines] == [["small", "16", "4", ahead, "float32"] for ahead in ("0", "8")]
    assert all(float(line[5]) > 0 for line in lines)
