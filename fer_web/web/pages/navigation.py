"""Where one can go: the menu of every page, its help, and the tabs of pages that belong together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page in a menu, by its endpoint; `icon` is one of static/vendor's. `inside` are pages that belong to it."""

    endpoint: str
    title: str
    icon: str = ""
    inside: tuple[str, ...] = ()


MENU = (
    MenuItem("pages.index", "Live", "video", ("pages.camera", "pages.mask", "on_device.page")),
    MenuItem("practice.practice", "Practice", "mic", ("on_device.practice_on_device",)),
    MenuItem("pages.videos", "Videos", "film", ("pages.try_picture",)),
    MenuItem(
        "recording_pages.recordings_page",
        "Recordings",
        "chart-line",
        (
            *("recording_pages.recording_page", "recording_pages.compare_page"),
            *("study_pages.studies_page", "study_pages.study_page"),
            *("study_compare.matrix", "study_compare.wall"),
        ),
    ),
    MenuItem("pages.lab", "Lab", "flask-conical", ("pages.projector",)),
)
HELP = (
    MenuItem("pages.about", "About", "info"),
    MenuItem("pages.privacy", "Privacy", "shield"),
    MenuItem("system.docs", "API", "code"),
)
# What is watched live, files that are analyzed, and what was kept.
TABS = (
    (MenuItem("pages.index", "Server camera"), MenuItem("pages.camera", "Browser camera", inside=("on_device.page",))),
    (MenuItem("pages.videos", "Videos"), MenuItem("pages.try_picture", "Pictures")),
    (MenuItem("recording_pages.recordings_page", "Recordings"), MenuItem("study_pages.studies_page", "Studies")),
)


def tabs_of(endpoint: str | None) -> tuple[MenuItem, ...]:
    """The tabs of a page; none where it stands alone."""
    return next((tabs for tabs in TABS if any(endpoint in (tab.endpoint, *tab.inside) for tab in tabs)), ())
