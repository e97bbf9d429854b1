"""The networks that this program can build: those that are served, their teachers, and the laboratory's."""

from fer_web.study.networks.blocks import LABELS, POINTS, VOTES, HeadSpec
from fer_web.study.networks.build import NETWORKS, Network, build_network, takes_any_size

__all__ = ["LABELS", "NETWORKS", "POINTS", "VOTES", "HeadSpec", "Network", "build_network", "takes_any_size"]
