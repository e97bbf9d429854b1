"""What was made once for each picture of a split, such as its teachers' answers or its served crop, kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.training.dataset import Split, fingerprint
from fer_web.training.tables import read_arrays


def save_prepared(path: Path, split: Split, **values: Any) -> None:
    """Keep an array by its name, with a fingerprint of the pictures that it was made for."""
    with path.open("wb") as file:
        np.savez_compressed(file, **values, pictures=np.array(fingerprint(split)))


def load_prepared(path: Path, split: Split, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """The array (n, *shape) of that name; DataError when it cannot be read or was made for other pictures."""
    saved = read_arrays(path, (name, "pictures"))
    values, made_for = saved[name], str(saved["pictures"])
    if made_for != fingerprint(split) or values.shape != (len(split), *shape):
        raise DataError(f"{path} holds {name} of other pictures: make it again from this data set")
    return values
