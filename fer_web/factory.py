"""The application: settings in, everything wired, nothing opened."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from fer_web.analysis.compare import LAB_MODELS, Classifiers
from fer_web.backend import LiveBackend, SharedBackend, VisitBackend
from fer_web.core import FrameResult
from fer_web.core.job import JobState
from fer_web.errors import SettingsError, SourceError
from fer_web.fleet import Fleet
from fer_web.live import Camera, CameraSet, Masks, Places, Recordings, Turns, Visits
from fer_web.live.masks import FILE as MASKS_FILE
from fer_web.outlets import Outlets, feeds_of
from fer_web.resources import LAB_RUNS, STATIC, TEMPLATES
from fer_web.settings import Settings, load_settings
from fer_web.sources import choose_source
from fer_web.sources.reopening import Status
from fer_web.startup import BackgroundStartup, give_memory_back
from fer_web.store import Retention, Store
from fer_web.vision import Analyzer, View
from fer_web.web.api import (
    analyze,
    answers,
    cameras,
    exports,
    jobs,
    lab,
    predict,
    recording_files,
    recordings,
    running,
    sharing,
    studies,
    system,
    tasks,
    trash,
    visits,
)
from fer_web.web.api.cameras import faces_now
from fer_web.web.api.elsewhere import CamerasHere
from fer_web.web.api.store_sink import StoreSinks
from fer_web.web.api.uploads import MemoryRequest
from fer_web.web.http.asking import keep_owners
from fer_web.web.http.errors import handle_errors
from fer_web.web.http.metrics import Metrics
from fer_web.web.http.prefix import PathPrefix, first_parts
from fer_web.web.http.services import EXTENSION, Lab, Limits, PredictCapacity, ServedModel, Services
from fer_web.web.pages import login, on_device, practice, study_compare
from fer_web.web.pages import recordings as recording_pages
from fer_web.web.pages import studies as study_pages
from fer_web.web.pages import views as pages
from fer_web.web.security import notice
from fer_web.web.security.access import Access
from fer_web.web.security.guard import guard
from fer_web.web.security.logged_out import FILE as LOGGED_OUT
from fer_web.web.security.logged_out import LoggedOut
from fer_web.web.security.owner_cookies import FILE as OWNER_SECRET
from fer_web.web.security.owner_cookies import OwnerCookies
from fer_web.web.security.throttle import RequestRate
from fer_web.web.streaming import events, mjpeg, mp4
from fer_web.worker import make_videos

log = logging.getLogger(__name__)

BLUEPRINTS = (
    notice.bp,
    pages.bp,
    login.bp,
    recording_pages.bp,
    study_pages.bp,
    study_compare.bp,
    practice.bp,
    on_device.bp,
    cameras.bp,
    mjpeg.bp,
    mp4.bp,
    events.bp,
    visits.bp,
    predict.bp,
    analyze.bp,
    running.bp,
    trash.bp,
    recordings.bp,
    exports.bp,
    sharing.bp,
    studies.bp,
    tasks.bp,
    answers.bp,
    jobs.bp,
    lab.bp,
    system.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Its models are loaded behind the first requests, its source opens for the first viewer.

    SettingsError, from here and not later, when the settings cannot be used.
    """
    settings = settings or load_settings()
    give_memory_back()
    startup = _startup(settings)
    app = build_app(settings, startup)
    startup.start()
    app.extensions[EXTENSION].retention.start()
    app.extensions[EXTENSION].videos.start()
    app.extensions[EXTENSION].outlets.start()
    if app.extensions[EXTENSION].sharing is not None:
        app.extensions[EXTENSION].sharing.start()
    return app


def build_app(settings: Settings, startup: BackgroundStartup) -> Flask:
    """The same around any start-up, which is not started here: tests bring one without models."""
    app = Flask("fer_web", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.request_class = MemoryRequest
    app.config["MAX_CONTENT_LENGTH"] = settings.image_max_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = _services(settings, startup)
    handle_errors(app)
    guard(app)
    keep_owners(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    hops, own = settings.trusted_proxies, first_parts(app.url_map)
    app.wsgi_app = PathPrefix(app.wsgi_app, hops, settings.path_prefix, own)  # type: ignore[method-assign]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _startup(settings: Settings) -> BackgroundStartup:
    load = partial(Analyzer.load, settings.models_dir, settings.model, settings.engine_choice)
    try:
        if settings.source is not None:
            choose_source(settings.source)  # only reads the address
    except SourceError as error:
        raise SettingsError(f"FER_SOURCE: {error}") from error
    return BackgroundStartup(load, {name: partial(choose_source, uri) for name, uri in settings.sources.items()})


def _services(settings: Settings, startup: BackgroundStartup) -> Services:
    metrics = Metrics()
    masks = Masks(settings.masks or settings.data_dir.absolute() / MASKS_FILE)
    names_there = {name: there for name in settings.sources if (there := settings.shared_name(name))}
    fleet = Fleet(settings.redis_address, names_there, shares=settings.share_cameras)
    camera_set = _cameras(settings, startup, metrics, masks, fleet)
    visitors = _visitors(settings, startup, metrics)
    metrics.tell_build(str(settings.engine_choice), settings.model)
    metrics.watch(partial(_camera_counts, camera_set), visitors.counts)
    metrics.watch_statuses(partial(_camera_statuses, camera_set))
    own_cameras = [camera for camera in camera_set if camera.name not in fleet.shared]
    outlets = Outlets(own_cameras, feeds_of(settings.outlets, settings), startup.vision)
    metrics.watch_outlets(outlets.counts)
    store = Store.lazy(settings.database_address, keep=settings.retention)
    metrics.watch_jobs(partial(_job_counts, store))
    for remembered in (recording_files.SUMMARIES, answers.ANSWERS, study_compare.SERIES):
        store.recordings.on_hide(remembered.forget)
    limits = Limits(settings.image_max_bytes, settings.image_max_pixels, settings.request_max_images)
    recordings = Recordings(camera_set, StoreSinks(store, startup).open, max_s=60.0 * settings.recording_max_minutes)
    fleet.tell_taken(partial(recordings.end_of_camera, reason="another process has opened this camera"))
    return Services(
        cameras=camera_set,
        masks=masks,
        startup=startup,
        uploads=PredictCapacity.of(limits, settings.predict_parallel, settings.predict_wait_s),
        access=_access(settings),
        owners=OwnerCookies(settings.data_dir.absolute() / OWNER_SECRET),
        metrics=metrics,
        visitors=visitors,
        store=store,
        retention=Retention(store, settings.retention),
        recordings=recordings,
        videos=make_videos(settings, store),
        lab=Lab(
            LAB_RUNS,
            Classifiers((settings.models_dir, settings.models_dir / LAB_MODELS), settings.engine),
            settings.model,
        ),
        model=ServedModel(settings.models_dir, settings.model),
        outlets=outlets,
        live_video=settings.live_video,
        notice=settings.notice,
        retention_days=settings.retention_days,
        shared=fleet.shared,
        recordings_elsewhere=fleet.recordings,
        sharing=fleet.sharing(camera_set, CamerasHere(camera_set, masks, recordings)),
    )


def _access(settings: Settings) -> Access:
    access = Access.of(settings.token_text, settings.host, settings.hosts, settings.origins, settings.insecure_no_token)
    return replace(
        access,
        rate=RequestRate(settings.requests_per_minute),
        guest_token=settings.guest_token_text,
        logged_out=LoggedOut(settings.data_dir.absolute() / LOGGED_OUT),
    )


def _cameras(
    settings: Settings, startup: BackgroundStartup, metrics: Metrics, masks: Masks, fleet: Fleet
) -> CameraSet[FrameResult, View]:
    """Their analyses have threads of their own, so that visits take nothing from them but processor time."""
    turns, places = Turns(_workers()), Places(settings.max_viewers)
    made: list[Camera[FrameResult, View]] = []
    for name in settings.sources:
        shared = fleet.shared.get(name)
        if shared is not None:
            made.append(Camera(SharedBackend(shared, settings.capture_size), places=places, name=name))
            shared.tell_masks(made[-1].repaint)
            continue
        backend = LiveBackend(name, startup, turns, metrics, settings.capture_size, settings.loop, masks)
        backend = replace(backend, leases=fleet.leases, elsewhere=fleet.elsewhere(name))
        made.append(Camera(backend, places=places, name=name))
    return CameraSet(made, turns)


def _camera_counts(camera_set: CameraSet[FrameResult, View]) -> dict[str, dict[str, int]]:
    """What each camera has counted, by its name, with the faces that it sees now."""
    counts = camera_set.counts()
    return {camera.name: {**counts[camera.name], "faces": faces_now(camera)} for camera in camera_set}


def _camera_statuses(camera_set: CameraSet[FrameResult, View]) -> dict[str, tuple[Status, float | None]]:
    """How each camera does, by its name, and how old its newest result was."""
    states = {camera.name: camera.state for camera in camera_set}
    return {
        name: (state.source.status, None if state.latency_ms is None else state.latency_ms / 1000)
        for name, state in states.items()
    }


def _job_counts(store: Store) -> dict[str, int]:
    return {str(state): store.jobs.count([state]) for state in JobState}


def _visitors(settings: Settings, startup: BackgroundStartup, metrics: Metrics) -> Visits[FrameResult]:
    backend = VisitBackend(startup, metrics)
    return Visits(backend.analyze, places=settings.max_visitors, workers=_workers(), on_result=backend.observe)


def _workers() -> int:
    """Threads that share the processors."""
    return max(2, os.cpu_count() or 2)
