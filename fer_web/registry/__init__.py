"""Models on disk: what they expect, what they answer, whether they are what their card says."""

from fer_web.registry.card import EXPRESSION, KEYPOINTS, ModelCard
from fer_web.registry.catalog import (
    list_models,
    load_model,
    networks_of,
    quiet_tensorflow,
    sha256_of,
    verify_lite,
    verify_model,
)
from fer_web.registry.spec import InputSpec

__all__ = [
    "EXPRESSION",
    "KEYPOINTS",
    "InputSpec",
    "ModelCard",
    "list_models",
    "load_model",
    "networks_of",
    "quiet_tensorflow",
    "sha256_of",
    "verify_lite",
    "verify_model",
]
