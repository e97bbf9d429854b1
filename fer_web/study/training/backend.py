"""The one place that knows which Keras backend runs, and what makes training fast on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# glibc returns large blocks to the system after every layer and asks for them again; keeping them, in huge pages,
# makes a PyTorch step on a CPU clearly faster (seen with 48-pixel networks, two cores).
KEEP_MEMORY = ":".join(
    (
        "glibc.malloc.mmap_threshold=4294967296",
        "glibc.malloc.trim_threshold=17179869184",
        "glibc.malloc.top_pad=268435456",
        "glibc.malloc.hugetlb=1",
    )
)


def restart_with_kept_memory() -> None:
    """Start this very command again with a memory setting that only counts from a process's beginning."""
    if os.environ.get("KERAS_BACKEND") != "torch" or "GLIBC_TUNABLES" in os.environ or sys.platform != "linux":
        return
    os.environ["GLIBC_TUNABLES"] = KEEP_MEMORY
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def training_layers() -> Any:
    """The layers to build a network of for training: Keras's, or faster ones where there is a faster way."""
    import keras

    if keras.backend.backend() != "torch":
        return keras.layers
    import torch

    if torch.cuda.is_available():
        return keras.layers
    from fer_web.study.training.torch_layers import torch_layers

    return torch_layers()


def usable_precision(wanted: str) -> str:
    """What is wanted, or float32 in place of bfloat16 on a processor that only imitates it: 14 times as slow (seen with
    `vgg` at 32 px on two cores with AVX2). The weights are float32 either way, so that a run goes on with either.
    """
    import keras

    if wanted != "mixed_bfloat16" or keras.backend.backend() != "torch":
        return wanted
    import torch

    if torch.cuda.is_available() or has_bfloat16(torch.cpu.get_capabilities()):
        return wanted
    return "float32"


def has_bfloat16(capabilities: Mapping[str, Any]) -> bool:
    """Whether a processor with these capabilities, as PyTorch names them, calculates in bfloat16."""
    return any(value is True and name.endswith("bf16") for name, value in capabilities.items())


@contextmanager
def calculating_in(precision: str) -> Iterator[None]:
    """Layers that are built in the block calculate in this precision, or in the nearest one that is fast here."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(usable_precision(precision))
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def seed_everything(seed: int) -> None:
    """The same initial weights and dropout for the same seed."""
    import keras

    keras.utils.set_random_seed(seed)


def use_threads(count: int) -> None:
    """Limit PyTorch's threads on a CPU; 0 leaves them as they are, and other backends decide for themselves."""
    import keras

    if count and keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(count)
