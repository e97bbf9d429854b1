"""What the reference systems look at besides pixels: histograms of oriented gradients and landmarks."""

from fer_web.study.lab.features.store import FeatureStore

__all__ = ["FeatureStore"]
