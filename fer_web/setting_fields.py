"""Every setting, declared once: its name, type, default and meaning. Options, variables and docs follow from it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from fer_web.core import DEFAULT_ENGINE
from fer_web.core.webhook_key import MAKE_KEY
from fer_web.environment import PREFIX
from fer_web.resources import MODELS, data_folder
from fer_web.setting_kinds import (
    MAKE_TOKEN,
    TOKEN_LENGTH,
    Cameras,
    DatabaseAddress,
    EngineName,
    HostPorts,
    LandmarksName,
    LiveVideoName,
    LogForm,
    LogLevel,
    LslScopeName,
    MqttAddress,
    MqttTopic,
    Names,
    OutletNames,
    PathPrefix,
    RedisAddress,
    Size,
    Token,
    WebAddresses,
    WebhookSecret,
)

# Threads that viewers can never take: uploads, health checks and pages always find one.
RESERVED_THREADS = 16


class SettingFields(BaseSettings):
    """The settings by name, each by itself; `Settings` sees that they fit together."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        hide_input_in_errors=True,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
    )

    source: str | None = Field(
        None,
        repr=False,  # it may hold a camera's password
        description="What to watch: webcam:0, /dev/video0, a video file, rtsp://…, http://… or demo:. If unset: "
        "the first "
        "webcam if it delivers a frame within 3 seconds, otherwise the demo.",
    )
    cameras: Cameras = Field(
        (),
        repr=False,
        description="Several named sources instead of FER_SOURCE, separated by commas: "
        "door=rtsp://…,desk=webcam:0. Names may contain letters, digits, - and _.",
    )
    loop: bool = Field(True, description="Play a video file again from the beginning when it ends.")
    capture_size: Size = Field((640, 480), description="The frame size to request from webcams, width x height.")
    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="The address to listen on. Anything but a loopback address needs FER_TOKEN.",
    )
    port: int = Field(
        5000, ge=1, le=65535, description="The port to listen on. If unset: PORT, which hosting platforms set."
    )
    token: Token = Field(
        None,
        description="The secret that gives access: programs send it as 'Authorization: Bearer …' or as the Basic "
        "password, "
        f"people type it at /login. At least {TOKEN_LENGTH} characters; to make one: {MAKE_TOKEN}",
    )
    guest_token: Token = Field(
        None,
        description="A second secret, for guests: people who enter with it see only what they recorded or uploaded "
        "themselves; those who enter with FER_TOKEN see everything.",
    )
    insecure_no_token: bool = Field(
        False,
        description="Listen on other addresses and let in everybody without a token, as a guest: EVERYBODY who can "
        "reach them sees the camera. With FER_TOKEN, that makes its holder the operator.",
    )
    hosts: Names = Field(
        (),
        description="More host names that this service answers to, separated by commas (faces.example.org). "
        "Requests for any other name are refused.",
    )
    origins: Names = Field(
        (),
        description="Other websites whose pages may call this service with its token, separated by commas "
        "(https://app.example.org). None by default.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies in front of this service set X-Forwarded-For, -Proto, -Host and -Prefix.",
    )
    requests_per_minute: int = Field(
        1200,
        ge=0,
        le=1_000_000,
        description="How many requests per minute one address may send. Static files, health checks, visitors' "
        "frames and "
        "requests from this machine do not count. 0 means no limit.",
    )
    path_prefix: PathPrefix = Field(
        "",
        description="The path under which a proxy serves this service (/faces), if the proxy does not send "
        "X-Forwarded-Prefix. If unset: SCRIPT_NAME.",
    )
    threads: int = Field(
        128, ge=RESERVED_THREADS + 1, le=4096, description="Threads that answer requests; every viewer keeps one busy."
    )
    connections: int = Field(
        1000,
        ge=100,
        le=100_000,
        description="How many connections may be open at once. When there are more, the longest-waiting "
        "connection of the "
        "address with the most connections is closed.",
    )
    patience_s: float = Field(
        20.0,
        ge=1,
        le=600,
        description="How many seconds a client may pause in the middle of a request or an answer. Request "
        "headers must be "
        "complete within half of that.",
    )
    max_viewers: int = Field(
        100,
        ge=1,
        description="How many viewers may watch at once; an open page counts as two (stream and events). Viewers and "
        f"visitors together must be at least {RESERVED_THREADS} fewer than threads.",
    )
    max_visitors: int = Field(
        8,
        ge=0,
        le=1000,
        description="How many visitors may have their own camera analyzed at once (pages /my-camera and /practice); "
        "each keeps a thread busy, as a viewer does. 0 turns it off.",
    )
    live_video: LiveVideoName = Field(
        "auto",
        description="How the live page gets its video: mp4 (H.264, a seventh of the bytes), mjpeg (JPEGs, a little "
        "sooner) or auto (JPEGs in browsers on this machine, H.264 in all others).",
    )
    notice: str | None = Field(
        None,
        description="A text that people must acknowledge, once per browser session, before a page shows or uses a "
        "camera: who is filming, why, whom to ask. \\n starts a new paragraph.",
    )
    model: str = Field("xception-pair", min_length=1, description="The expression model's name in FER_MODELS_DIR.")
    engine: EngineName = Field(
        DEFAULT_ENGINE.engine,
        description="What finds and reads faces: modern (YuNet and LiteRT) or classic (dlib and TensorFlow, "
        "which needs pip install -r requirements.txt).",
    )
    landmarks: LandmarksName = Field(
        DEFAULT_ENGINE.landmarks,
        description="What places landmarks with the modern engine: mesh (478 points and 52 facial movements), dlib "
        "(68 points, four times as fast, not for commercial use, needs pip install -r requirements.txt) or off "
        "(expressions alone, fastest).",
    )
    models_dir: Path = Field(MODELS, description="The folder that holds the models and their cards.")
    image_max_bytes: int = Field(
        25_000_000, ge=1_000, description="The largest request that /predict accepts, in bytes."
    )
    image_max_pixels: int = Field(
        50_000_000, ge=1_000, description="The largest image that /predict accepts, in pixels (width x height)."
    )
    request_max_images: int = Field(16, ge=1, le=1_000, description="How many images one request may contain.")
    predict_parallel: int = Field(
        2, ge=1, le=64, description="How many images are decoded and analyzed at once; the others wait."
    )
    predict_wait_s: float = Field(
        15.0, gt=0, le=300, description="How many seconds an upload waits for its turn before it is answered 503."
    )
    data_dir: Path = Field(
        data_folder(),
        description="The folder for recordings, uploaded videos and annotated copies. "
        "It is created when there is something to store.",
    )
    masks: Path | None = Field(
        None,
        description="The file that holds which parts of the cameras' pictures are hidden, as JSON. If unset: "
        "masks.json in FER_DATA_DIR.",
    )
    database_url: DatabaseAddress = Field(
        None,
        description="Where recordings and jobs are stored: postgresql://user:password@host/name, or sqlite:///PATH. "
        "If unset: an SQLite file in FER_DATA_DIR.",
    )
    recording_max_minutes: int = Field(
        240,
        ge=1,
        le=10_080,
        description="The longest recording, in minutes; it then stops by itself.",
    )
    retention_days: int = Field(
        30,
        ge=0,
        le=36_500,
        description="How many days recordings are kept before they are deleted. 0 keeps them forever.",
    )
    video_max_bytes: int = Field(
        2_000_000_000, ge=1_000, description="The largest video that can be uploaded at /videos, in bytes."
    )
    redis_url: RedisAddress = Field(
        None,
        description="The Redis server through which separate workers (python -m fer_web worker) get videos, and "
        "processes show each other's cameras: redis://host:6379/0. If unset, the service starts one worker process "
        "itself.",
    )
    share_cameras: bool = Field(
        False,
        description="Let other processes show this one's cameras, through FER_REDIS_URL: there they are written "
        "door=shared:door. If several processes have a camera of the same name, only one opens it at a time.",
    )
    outlets: OutletNames = Field(
        (),
        description="Where else results go, as numbers: names of outlets, separated by commas (docs/outlets.md lists "
        "them). None by default: nothing leaves this machine.",
    )
    webhook_urls: WebAddresses = Field(
        (),
        description="The addresses that events of people are sent to with FER_OUTLETS=webhook, separated by commas: "
        "https://example.org/hook.",
    )
    webhook_secret: WebhookSecret = Field(
        None,
        description="The key that signs what webhooks are sent (Standard Webhooks), so that receivers know the sender; "
        f"to make one: {MAKE_KEY}",
    )
    webhook_private_hosts: Names = Field(
        (),
        description="Names in FER_WEBHOOK_URLS that may lead to a private network, separated by commas "
        "(homeassistant.local). IP addresses and localhost need not be listed.",
    )
    webhook_per_minute: int = Field(
        60, ge=1, le=6000, description="How many requests a minute each address of FER_WEBHOOK_URLS gets at most."
    )
    mqtt_url: MqttAddress = Field(
        None,
        description="The MQTT broker that FER_OUTLETS=mqtt sends to: mqtt://user:password@host, or mqtts://… with TLS.",
    )
    mqtt_ca_file: Path | None = Field(
        None,
        description="The certificate (PEM) of the authority that has signed the broker's, if it is one of your own.",
    )
    mqtt_topic: MqttTopic = Field("fer_web", description="What the topics at the MQTT broker begin with.")
    osc_hosts: HostPorts = Field(
        (),
        description="Where FER_OUTLETS=osc sends readings: hosts and ports, separated by commas (localhost:9000).",
    )
    osc_fps: float = Field(
        30.0, gt=0, le=240, description="How many frames a second of each camera are sent by FER_OUTLETS=osc at most."
    )
    lsl_scope: LslScopeName = Field(
        "machine",
        description="Where programs can find the streams of FER_OUTLETS=lsl: machine (on this machine only), link (on "
        "the networks it is connected to) or site (on all networks of the building). A file named by LSLAPICFG takes "
        "precedence.",
    )
    log_level: LogLevel = Field("info", description="The least severe messages to log: debug, info, warning or error.")
    log: LogForm = Field(
        "text", description="How the log is written: text for people, or json, one object a line, for programs."
    )
