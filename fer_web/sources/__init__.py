"""Where pictures come from: cameras, streams, files, the demo, uploads. RGB leaves here, credentials never do."""

from fer_web.sources.choosing import ChosenSource, choose_source
from fer_web.sources.demo_plan import demo_blinks
from fer_web.sources.grabber import Driver, GrabbedImage
from fer_web.sources.image import decode_image, pixels_of_image
from fer_web.sources.masking import masked_frame, masked_result
from fer_web.sources.opening import open_source
from fer_web.sources.reopening import SourceState, keep_open
from fer_web.sources.source import Source

__all__ = [
    "ChosenSource",
    "Driver",
    "GrabbedImage",
    "Source",
    "SourceState",
    "choose_source",
    "decode_image",
    "demo_blinks",
    "keep_open",
    "masked_frame",
    "masked_result",
    "open_source",
    "pixels_of_image",
]
