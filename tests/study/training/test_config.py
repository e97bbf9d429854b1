from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.errors import DataError
from fer_web.study.training import config
from fer_web.study.training.config import read_config

CONFIGS = Path(config.__file__).parent / "configs"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_config_of_the_repository_is_valid(path: Path) -> None:
    assert read_config(path).network


def test_entries_reach_their_parts(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(
        'network = "vgg"\nseed = 5\n[schedule]\nrate = 1\nsizes = [[0.5, 32], [1.0, 48]]\n[loss]\nvotes = 0.4'
    )

    run = read_config(path)

    assert (run.network, run.seed, run.schedule.rate, run.loss.votes) == ("vgg", 5, 1, 0.4)
    assert run.schedule.size_at(0.7) == 48


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "network"),
        ('network = "alexnet"', "alexnet"),
        ('network = "vgg"\nepochs = 3', "unknown entries \\['epochs'\\]"),
        ('network = "vgg"\n[loss]\nvote = 1', r"\[loss\] has unknown entries \['vote'\]"),
        ('network = "vgg"\nbatch = "many"', "batch = 'many', which should be a int"),
        ("network =", "not TOML"),
        ('network = "vgg"\nschedule = 3', r"\[schedule\] is 3, and should be a table"),
        ('network = "vgg"\n[schedule]\nsizes = [[1.0]]', r"\[schedule\]: .* must be pairs"),
        ('network = "vgg"\n[schedule]\nepochs = 0', "make no run"),
        ('network = "vgg"\n[optimizer]\nkind = "AdamW"', r"\[optimizer\]: .*'AdamW'.* 'sgd' or 'adam'"),
        ('network = "vgg"\nprecision = "float99"', "float99"),
        ('network = "vgg"\nbatch = 0', "start at 1"),
        ('network = "vgg"\nema = 1.0', "ema is 1.0"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)

    with pytest.raises(DataError, match=message):
        read_config(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        read_config(tmp_path / "nowhere.toml")
