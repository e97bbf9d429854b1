#!/usr/bin/env python3
"""Builds the Dockerfile and serves from it, without a container engine: a line a check, exit code 1 when one fails.

Needs root, a Debian or Ubuntu with buildah and debootstrap, and Python 3.10 or newer. `make image-check` runs it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import checks
from building import IMAGE, base_image, build
from running import Image, in_chroot, locked_down, working_copy
from shell import ProofError, output, require

Check = Callable[[], str]


class Report:
    """Prints a line a check, and remembers whether all held."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.count = 0

    def check(self, name: str, claim: Check) -> bool:
        self.count += 1
        try:
            evidence, mark = claim(), "ok  "
        except (checks.CheckError, ProofError, OSError, LookupError, ValueError) as error:
            evidence, mark = f"{error}" or repr(error), "FAIL"
            self.failed.append(name)
        print(f"{mark}  {name:<40} {evidence}", flush=True)
        return mark != "FAIL"


def main() -> int:
    """Build, check, and sum up; 1 when something failed, 2 when nothing could be tried."""
    arguments = parse()
    try:
        require_all(install=arguments.install)
        if not arguments.no_build:
            base = arguments.base or base_image(fresh=arguments.fresh)
            build(base, arguments.models, arguments.requirements)
        report = Report()
        with working_copy() as image:
            prove(image, report)
    except ProofError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    size = output("buildah", "images", "--format", "{{.Size}}", IMAGE).splitlines()[0]
    print(f"{report.count - len(report.failed)} of {report.count} checks passed; the image has {size}")
    return 1 if report.failed else 0


def prove(image: Image, report: Report) -> None:
    """All checks: of the files, of the service as the image says it, and of the service that may do nothing."""
    report.check("image: lean", partial(checks.is_lean, image))
    report.check("image: compiled", partial(checks.is_compiled, image))
    report.check("image: refuses to start without a token", partial(checks.refuses_without_token, image))
    with in_chroot(image) as service:
        if report.check("service: ready", partial(checks.becomes_ready, service)):
            report.check("service: not root", partial(checks.is_no_root, image, service))
            report.check("service: its health check", partial(checks.is_healthy, image, service))
            report.check("service: asks for the token", partial(checks.asks_for_token, service))
            report.check("service: /stream", partial(checks.streams, service))
            report.check("service: /predict", partial(checks.finds_the_face, image, service))
            report.check("service: memory", partial(checks.needs_little_memory, service))
            report.check("service: stops", partial(checks.stops, service))
    with locked_down(image) as service:
        if report.check("read-only: ready", partial(checks.becomes_ready, service)):
            report.check("read-only: locked down", partial(checks.is_locked_down, service))
            report.check("read-only: not root", partial(checks.is_no_root, image, service))
            report.check("read-only: /stream", partial(checks.streams, service))
            report.check("read-only: /predict", partial(checks.finds_the_face, image, service))
            report.check("read-only: stops", partial(checks.stops, service))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", help="an image to build upon instead of a bare Debian, such as python:3.12-slim")
    parser.add_argument("--fresh", action="store_true", help="make the bare Debian again; else the last one is kept")
    parser.add_argument("--no-build", action="store_true", help="check the image of the last run")
    parser.add_argument("--models", type=Path, help="a folder that takes the place of models/ in the image")
    parser.add_argument(
        "--requirements",
        default="requirements-serve.txt",
        help="what to install: requirements-serve.txt (default), or requirements.txt, the complete set",
    )
    parser.add_argument("--install", action="store_true", help="install what is missing with apt-get")
    return parser.parse_args()


def require_all(*, install: bool) -> None:
    """ProofError with a sentence when this machine cannot prove anything."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise ProofError(
            "this needs root on Linux, to make file systems and to change into them: sudo make image-check"
        )
    require(("buildah", "debootstrap", "unshare", "chroot"), install=install)


if __name__ == "__main__":
    sys.exit(main())
