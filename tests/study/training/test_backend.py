from __future__ import annotations

import pytest

from fer_web.study.training.backend import has_bfloat16, usable_precision


@pytest.mark.parametrize(("capabilities", "expected"), [
    ({"avx2": True, "avx512_bf16": False, "amx_bf16": False, "l1d_cache_size": 32768}, False),
    ({"avx2": True, "avx512_bf16": True, "amx_bf16": False}, True), ({"bf16": True}, True), ({}, False),
])  # fmt: skip
def test_a_processor_has_bfloat16_or_imitates_it(capabilities: dict[str, object], expected: bool) -> None:
    assert has_bfloat16(capabilities) is expected


def test_full_precision_stays_what_it_is() -> None:
    assert usable_precision("float32") == "float32"
