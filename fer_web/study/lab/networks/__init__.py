"""The laboratory's networks: the reference systems that read pixels, with or without features beside them."""

from fer_web.study.lab.networks.blocks import Plan
from fer_web.study.lab.networks.build import TRUNKS, build

__all__ = ["TRUNKS", "Plan", "build"]
