"""A run in one small file, to go on from where its folder is lost: averaged weights in half precision, its progress,
and what it learned from and how. The optimizer's moments are left out, being larger than the weights and soon new."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.errors import DataError
from fer_web.study.training.checkpoint import (
    DESCRIPTION,
    TrainingProgress,
    differing_inputs,
    noted_inputs,
    progress_of,
    read_state,
)
from fer_web.study.training.config import TrainingConfig, config_of, read_config
from fer_web.study.training.dataset import SIDE_PX, LearningData
from fer_web.study.training.files import write_bytes
from fer_web.study.training.tables import read_arrays
from fer_web.study.training.task import expression_network
from fer_web.study.training.weights import Named, named

RUN = "run"  # the array with everything but the weights, as JSON
MOST_BYTES = 6_000_000  # as the file is committed, again and again: 3 million parameters


@dataclass(frozen=True)
class KeptRun:
    """A run at the end of an epoch: `weights` averaged, by name; `average_steps` is how many steps are in them.

    `data` are SHA-256 in hexadecimal, `inputs` what `note_inputs` kept.
    """

    config: TrainingConfig
    progress: TrainingProgress
    average_steps: int
    data: Mapping[str, str]
    inputs: Mapping[str, str]
    weights: Named


def keep_run(run: Path, data: LearningData, path: Path) -> KeptRun:
    """Write a run's newest averaged weights, its progress and description into a file; return what is in it.

    DataError when the run has not begun, or the file would be larger than `MOST_BYTES`: what was there then stays.
    """
    state = read_state(run)
    if state is None:
        raise DataError(f"{run} holds no run that has begun: train first")
    config = read_config(run / DESCRIPTION)
    steps = int(state.arrays["average_steps"])
    weights = named(expression_network(config, SIDE_PX), state.series("average"))
    kept = KeptRun(config, state.progress, steps, digests(data, config), noted_inputs(run), _halved(weights, run))
    facts = {name: value for name, value in asdict(kept).items() if name != "weights"}
    content = io.BytesIO()
    arrays: dict[str, Any] = {RUN: np.array(json.dumps(facts)), **kept.weights}
    np.savez(content, **arrays)
    size = content.getbuffer().nbytes
    if size > MOST_BYTES:
        raise DataError(
            f"{path} would take {size / 1e6:.1f} MB, and at most {MOST_BYTES / 1e6:.1f} MB may be kept of a run: copy "
            f"{run} to a safe place instead"
        )
    write_bytes(path, content.getvalue())
    return kept


def read_kept(path: Path) -> KeptRun:
    """What a file holds, its weights as float32; DataError when it cannot be read or holds something else."""
    arrays = read_arrays(path, (RUN,))
    try:
        facts = json.loads(str(arrays.pop(RUN)))
        progress = progress_of(facts["progress"])
        steps, data, inputs = int(facts["average_steps"]), dict(facts["data"]), dict(facts["inputs"])
        described = facts["config"]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} holds no run that `keep-run` wrote: {error}") from error
    config = config_of(TrainingConfig, described, path.name)
    return KeptRun(
        config, progress, steps, data, inputs, {name: value.astype(np.float32) for name, value in arrays.items()}
    )


def read_fitting(
    path: Path, config: TrainingConfig, data: LearningData, inputs: Mapping[str, str], *, may_change: bool = False
) -> KeptRun:
    """The same, to go on as described; DataError names how the kept run differs from that.

    What `may_change` is all but the data: the run then notes what is otherwise from its next epoch on.
    """
    kept = read_kept(path)
    changed = [
        *_differing_entries(kept.config, config),
        *(f"{role} was {before} and is {now}" for role, before, now in differing_inputs(kept.inputs, inputs)),
    ]
    wrong = [
        f"the {name} data differ" for name, digest in digests(data, config).items() if kept.data.get(name) != digest
    ]
    if wrong or (changed and not may_change):
        hint = "" if wrong else " (with --changed, it goes on like this)"
        raise DataError(f"{path} is of another run{hint}: {'; '.join([*changed, *wrong])}")
    return _changed(kept, config, inputs, changed) if changed else kept


def _changed(kept: KeptRun, config: TrainingConfig, inputs: Mapping[str, str], changed: Sequence[str]) -> KeptRun:
    """The run with another plan; what it once began from stays."""
    epoch = kept.progress.epoch
    noted = [*kept.progress.changes, *(f"after epoch {epoch}, {change}" for change in changed)]
    began = {role: name for role, name in kept.inputs.items() if role == "start"}
    return replace(kept, config=config, inputs={**inputs, **began}, progress=replace(kept.progress, changes=noted))


def digests(data: LearningData, config: TrainingConfig) -> dict[str, str]:
    """SHA-256 of what a run learns from and is chosen by: pictures, labels, and votes where it learns from them."""
    learned = [data.training.pixels, data.training.labels.astype("<i8")]
    if config.loss.votes:
        learned.append(data.training.votes.astype("<f4"))
    measured = [data.public.pixels, data.public.labels.astype("<i8")]
    return {
        name: sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
        for name, arrays in (("Training", learned), ("PublicTest", measured))
    }


def _halved(weights: Named, run: Path) -> Named:
    """The weights as float16; DataError where one of them is too large for that."""
    with np.errstate(over="ignore"):
        halved = {name: value.astype(np.float16) for name, value in weights.items()}
    wrong = [name for name, value in halved.items() if not np.isfinite(value).all()]
    if wrong:
        raise DataError(f"{run} has weights that are no numbers, or beyond float16's: {', '.join(wrong)}")
    return halved


def _differing_entries(before: TrainingConfig, now: TrainingConfig) -> Iterator[str]:
    old, new = dict(_entries(asdict(before))), dict(_entries(asdict(now)))
    return (f"{name} was {old[name]} and is {new[name]}" for name in old if old[name] != new[name])


def _entries(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
