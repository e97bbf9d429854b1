"""Making the image: a base from this machine's own Debian mirror, then the repository's Dockerfile on top of it.

What pip and debootstrap need to reach their servers from here is read from this machine and handed to the build alone:
all that it leaves in the image are empty places to mount at.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from shell import ProofError, output, shown

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "localhost/fer-web-proof"
BASE = "localhost/fer-web-proof-base"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# All that a bare Debian lacks of what the Dockerfile asks of BASE.
PYTHON_PACKAGES = "python3,python3-venv,ca-certificates"
# Of the working tree, what a copy of it holds; the tests are there to be left out by .dockerignore.
FOLDERS = frozenset({"fer_web", "templates", "static", "tests"})


def base_image(*, fresh: bool) -> str:
    """A bare Debian (or Ubuntu) of this machine's release with Python; kept from one run to the next unless `fresh`."""
    mirror, suite, components = debian_mirror()
    name = f"{BASE}:{suite}"
    if not fresh and output("buildah", "images", "--all", "--format", "{{.Name}}:{{.Tag}}").splitlines().count(name):
        return name
    forget(name)
    with tempfile.TemporaryDirectory(prefix="fer-web-base-") as folder:
        shown(
            "debootstrap",
            "--variant=minbase",
            f"--include={PYTHON_PACKAGES}",
            f"--components={','.join(components)}",
            suite,
            folder,
            mirror,
        )
        container = output("buildah", "from", "scratch")
        try:
            output("buildah", "add", "--quiet", container, folder, "/")
            output("buildah", "commit", "--quiet", container, name)
        finally:
            output("buildah", "rm", container)
    return name


def debian_mirror() -> tuple[str, str, list[str]]:
    """Where this machine's packages come from: the mirror, the release, and the components used of it."""
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)', Path("/etc/os-release").read_text(), re.MULTILINE))
    suite = release.get("VERSION_CODENAME", "")
    lines = output(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)", "Identifier: Packages"
    )
    found: dict[str, list[str]] = defaultdict(list)
    for mirror, codename, component in (line.split() for line in lines.splitlines() if line.count(" ") == 2):
        if codename == suite and component not in found[mirror]:
            found[mirror].append(component)
    if not found:
        raise ProofError(f"apt knows no mirror of {suite or 'this release'}: apt-get update, or choose a --base image")
    mirror, components = next(iter(found.items()))
    return mirror, suite, components


def build(base: str, models: Path | None, requirements: str) -> None:
    """Build the Dockerfile as it is, with that set of packages; `models` takes the place of the repository's folder."""
    forget(IMAGE)
    with tempfile.TemporaryDirectory(prefix="fer-web-build-") as folder:
        context = ROOT if models is None else context_with(models, Path(folder) / "context")
        shown(
            "buildah",
            "bud",
            "--isolation=chroot",
            "--format=docker",  # the other format has no health check
            f"--build-arg=BASE={base}",
            f"--build-arg=REQUIREMENTS={requirements}",
            *pip_volumes(Path(folder) / "pip.conf"),
            f"--tag={IMAGE}",
            str(context),
        )


def forget(name: str) -> None:
    """Remove an image, if there is one: the next of its name would leave it without a name."""
    subprocess.run(["buildah", "rmi", "--force", name], capture_output=True, check=False)


def context_with(models: Path, context: Path) -> Path:
    """A copy of what the Dockerfile may see of the working tree, with other models."""
    context.mkdir(parents=True)
    for source in ROOT.iterdir():
        if source.is_dir() and source.name in FOLDERS:
            shutil.copytree(source, context / source.name)
        elif source.is_file() and source.name != ".git":
            shutil.copy2(source, context)
    shutil.copytree(models, context / "models")
    return context


def pip_volumes(config: Path) -> list[str]:
    """The options that let pip in the build see what it sees here: its settings, local folders and certificates."""
    settings: dict[str, str] = {}
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], text=True, capture_output=True, check=False
    ).stdout
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):  # the environment wins
        name, mark, value = line.partition("=")
        if mark and name.startswith(("global.", ":env:.", "install.")):
            settings[name.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
    lines = [f"{name} = {value}" for name, value in settings.items()]
    config.write_text("\n".join(["[global]", *lines, ""]))
    words = (word.removeprefix("file://") for value in settings.values() for word in value.split())
    paths = {_folder(Path(word)) for word in words if word.startswith("/")}
    if CERTIFICATES.exists():
        paths.add(CERTIFICATES)
    mounted = [f"--volume={path}:{path}:ro" for path in sorted(paths) if path.exists()]
    return [f"--volume={config}:/etc/pip.conf:ro", *mounted]


def _folder(path: Path) -> Path:
    """What to mount of a package index: it refers to files beside it."""
    return path.parent if path.name == "simple" else path
