"""Keras layers that train several times faster on PyTorch on a CPU, with the same weights and the same answers.

Keras copies every convolution's input between memory layouts, and PyTorch's batch normalization falls back to a slow
path when a gradient arrives in another layout than its input; so does pooling. These layers stay in `channels_last`
from the first to the last. They hold the same variables under the same names as the layers they replace, so weights
move freely.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def torch_layers() -> Any:
    """A namespace with `keras.layers`' names, for `build_network(layers=...)`."""
    import keras
    import torch
    from torch.nn import functional

    plain: Any = keras.layers

    class Conv2D(plain.Conv2D):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            x, padding = _padded(inputs.permute(0, 3, 1, 2), self.kernel_size[0], self.strides[0])
            kernel = self.kernel.value.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
            bias = self.bias.value if self.use_bias else None
            x = functional.conv2d(_settled(x), kernel, bias, stride=self.strides, padding=padding)
            return self.activation(_settled(x).permute(0, 2, 3, 1))

    class DepthwiseConv2D(plain.DepthwiseConv2D):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            x, padding = _padded(inputs.permute(0, 3, 1, 2), self.kernel_size[0], self.strides[0])
            kernel = self.kernel.value.permute(2, 3, 0, 1).contiguous(memory_format=torch.channels_last)
            x = functional.conv2d(_settled(x), kernel, None, self.strides, padding, groups=x.shape[1])
            return _settled(x).permute(0, 2, 3, 1)

    class BatchNormalization(plain.BatchNormalization):  # type: ignore[misc]
        def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
            if len(inputs.shape) != 4:  # not pictures: no layout to mind
                return super().call(inputs, training=training, mask=mask)
            assert mask is None, "images have no mask"  # noqa: S101
            x = functional.batch_norm(
                _settled(inputs.permute(0, 3, 1, 2)),
                self.moving_mean.value,
                self.moving_variance.value,
                self.gamma.value,
                self.beta.value,
                bool(training),
                1.0 - self.momentum,
                self.epsilon,
            )
            return _settled(x).permute(0, 2, 3, 1)

    class AveragePooling2D(plain.AveragePooling2D):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            if self.padding != "valid":
                return super().call(inputs)
            x = functional.avg_pool2d(_settled(inputs.permute(0, 3, 1, 2)), self.pool_size, self.strides)
            return _settled(x).permute(0, 2, 3, 1)

    class MaxPooling2D(plain.MaxPooling2D):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            x, padding = _settled(inputs.permute(0, 3, 1, 2)), 0
            if self.padding == "same":
                x, padding = _padded(x, self.pool_size[0], self.strides[0], float("-inf"))
            x = functional.max_pool2d(_settled(x), self.pool_size, self.strides, padding)
            return _settled(x).permute(0, 2, 3, 1)

    own = (Conv2D, DepthwiseConv2D, BatchNormalization, AveragePooling2D, MaxPooling2D)
    fast = {name: getattr(plain, name) for name in dir(plain) if not name.startswith("_")}
    return SimpleNamespace(**fast | {layer.__name__: layer for layer in own})


def _settled(x: Any) -> Any:
    """(n, c, h, w) in channels_last, and its gradient as well."""
    import torch

    x = x.contiguous(memory_format=torch.channels_last)
    if x.requires_grad:
        x.register_hook(lambda grad: grad.contiguous(memory_format=torch.channels_last))
    return x


def _padded(x: Any, size: int, stride: int, value: float = 0.0) -> tuple[Any, int]:
    """TensorFlow's 'same' padding, which is uneven for strides: a padded picture, and what is left to pad."""
    from torch.nn import functional

    if size == 1 or (stride == 1 and size % 2):
        return x, size // 2
    total = [max((-(-n // stride) - 1) * stride + size - n, 0) for n in x.shape[2:]]
    height, width = total
    return functional.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2), value=value), 0
