"""The architecture's rows: a module imports from its own package or from a lower row, and heavy packages stay put."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "fer_web"

# Top row first. Parts of one row do not know each other, except in the top row, which wires everything.
ROWS = (
    (
        "factory",
        "backend",
        "worker",
        "cli",
        "settings",
        "environment",
        "setting_fields",
        "setting_kinds",
        "startup",
        "__main__",
        "study",
        "study.bench",
    ),
    ("web", "api", "client", "outlets"),
    ("jobs", "fleet", "study.lab"),
    ("study.training",),
    ("analysis", "live"),
    ("store", "reports"),
    ("vision", "sources", "study.networks"),
    ("registry",),
    ("core", "errors", "resources"),
)
ROW_OF = {part: number for number, parts in enumerate(ROWS) for part in parts}

# Where a package may be imported at all, and whether only inside functions.
HOMES = {
    "keras": {"registry", "vision", "study"},
    "tensorflow": {"registry", "vision", "study"},
    "flask": {"web", "factory", "cli", "study"},
    "cv2": {"sources", "vision", "live", "fleet", "study"},
    "dlib": {"vision", "study"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "celery": {"jobs"},
    "redis": {"jobs", "fleet"},
    "msgspec": {"fleet"},
    "pebble": {"jobs"},
    "filelock": {"jobs", "live", "store"},
    "av": {"analysis", "sources", "study"},
    "httpx": {"client", "outlets"},
    "standardwebhooks": {"outlets"},
    "paho": {"outlets"},
    "pythonosc": {"outlets"},
    "mne_lsl": {"outlets"},
    "sklearn": {"study"},
    "lightgbm": {"study"},
    "optuna": {"study"},
}
LAZY = {"keras", "tensorflow", "torch", "jax", "sklearn", "lightgbm", "optuna", "celery", "av", "matplotlib"}
LAZY |= {"standardwebhooks", "paho", "pythonosc", "mne_lsl"}  # an outlet that is off costs nothing


def part_of(path: Path) -> str:
    """The part of the program that a module belongs to."""
    return part_in(path.relative_to(PACKAGE).with_suffix("").parts)


def part_in(names: Sequence[str]) -> str:
    """The part that dotted names below `fer_web` lead to; the study's packages are parts of their own."""
    return ".".join(names[:2]) if names[0] == "study" and "__init__" not in names[:2] else names[0]


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module's dotted name, and whether the import waits for a function's call, or is for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {id(node) for block in ast.walk(tree) if waits(block) for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, id(node) in lazy) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names = [f"fer_web.{name.name}" for name in node.names] if node.module == "fer_web" else [node.module or ""]
            yield from ((name, id(node) in lazy) for name in names)


def waits(block: ast.AST) -> bool:
    """Whether what stands in it is not run when the module is imported: a function, `if TYPE_CHECKING`."""
    if isinstance(block, ast.If):
        return isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
    return isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef)


def faults_of(path: Path) -> Iterator[str]:
    """What is wrong with a module's imports, a sentence each."""
    here = part_of(path)
    for name, is_lazy in imports_of(path):
        top, *rest = name.split(".")
        there = part_in(rest) if top == "fer_web" and rest else ""
        if there.startswith("study") and not here.startswith("study"):
            yield f"{here} imports {there}, which is left out where the program only serves"
        elif there in ROW_OF and here in ROW_OF:
            is_wiring = ROW_OF[here] == 0
            if there != here and not is_wiring and ROW_OF[there] <= ROW_OF[here]:
                yield f"{here} imports {there}, which stands no lower"
        if top in HOMES and here.partition(".")[0] not in HOMES[top]:
            yield f"{here} imports {top}, which belongs to {', '.join(sorted(HOMES[top]))}"
        if top in LAZY and not is_lazy:
            yield f"{name} is imported at the top of the module instead of inside a function"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_rows(path: Path) -> None:
    assert list(faults_of(path)) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {name_of(path): path for path in PACKAGE.rglob("*.py")}

    assert circles_of({name: modules_of(path, set(paths)) - {name} for name, path in paths.items()}) == []


def test_a_circle_is_found() -> None:
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]


def name_of(path: Path) -> str:
    """A module's dotted name."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_of(path: Path, known: set[str]) -> set[str]:
    """The modules of ours that a module imports, or a name from; `from package import module` is the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= inner & known or {node.module or ""}
    return found & known


def circles_of(imports: dict[str, set[str]]) -> list[str]:
    """The modules of which each imports another one of them, and is imported by one: those that stand in circles."""
    left = {name: set(found) for name, found in imports.items()}
    while left:
        imported = set().union(*left.values())
        loose = {name for name, found in left.items() if not found & set(left) or name not in imported}
        if not loose:
            break
        left = {name: found - loose for name, found in left.items() if name not in loose}
    return sorted(left)


def test_every_part_has_a_row() -> None:
    parts = {part_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}

    assert parts <= set(ROW_OF)


def test_an_import_that_points_up_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    module = tmp_path / "core" / "bad.py"
    module.parent.mkdir()
    module.write_text("import keras\nfrom fer_web.vision import draw\n", encoding="utf-8")

    faults = list(faults_of(module))

    assert any("core imports vision" in fault for fault in faults)
    assert any("keras" in fault and "belongs" in fault for fault in faults)
    assert any("inside a function" in fault for fault in faults)
