"""Inside a room: urls > admin|api|tasks|views > forms|filters > services > permissions|queries > models > enums."""

import ast
from pathlib import Path

import pytest

from tests.architecture.code import PACKAGES, ROOMS, ROOT, imports, modules, name_of, tree

LAYERS = {
    "urls": 8, "link_urls": 8,
    "admin": 7, "api": 7, "tasks": 7, "views": 7, "management": 7, "templatetags": 7,
    "forms": 6, "filters": 6,
    "services": 5,
    "permissions": 4, "queries": 4,
    "models": 3,
    "enums": 2,
}  # fmt: skip
# Django's own hooks, and the pure parts that the house names: they lie beside the layers.
BESIDE = {"__init__", "apps", "migrations"}
PURE = {
    "sla/engine", "monitoring/adapters", "monitoring/correlation", "assets/impact", "tickets/catalogue",
    "reports/charts",
}  # fmt: skip
HOOKS = {"accounts/adapter", "accounts/context", "accounts/middleware"}
ONE_SETTINGS_FILE = "helpdesk/settings.py"
HOMELESS = {"utils", "util", "helpers", "signals", "misc", "tools", "functions", "constants"}


def part_of(path: Path) -> str:
    """The first name below the room: ``services`` of ``tickets/services/moving.py``."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def test_rooms_hold_only_parts_that_the_house_names() -> None:
    strange = set()
    for path in modules(*ROOMS):
        room, part = path.relative_to(ROOT).parts[0], part_of(path)
        if part not in LAYERS and part not in BESIDE and f"{room}/{part}" not in PURE | HOOKS:
            strange.add(name_of(path))
    assert not strange


def test_no_file_is_named_after_nothing() -> None:
    assert [name_of(path) for path in modules() if path.stem in HOMELESS] == []


def _against_the_layers(path: Path) -> list[str]:
    room, part = path.relative_to(ROOT).parts[0], part_of(path)
    if part not in LAYERS:
        return []
    found = []
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != room or len(parts) < 2 or parts[1] not in LAYERS or parts[1] == part:
            continue
        if LAYERS[parts[1]] > LAYERS[part]:
            found.append(f"{name_of(path)}:{line} imports {name}")
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_inside_a_room_imports_point_downwards(room: str) -> None:
    found = [where for path in modules(room) for where in _against_the_layers(path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("pure", ["sla/engine", "assets/impact", "monitoring/correlation"])
def test_what_is_pure_knows_no_database(pure: str) -> None:
    paths = [path for path in modules() if name_of(path).startswith(pure)]
    found = [
        f"{name_of(path)}:{line} {name}" for path in paths for line, name in imports(path) if _is_impure(name)
    ]
    assert not found


def _is_impure(name: str) -> bool:
    return name.startswith(("django.db", "django.apps")) or ".models" in name


def test_common_knows_no_room() -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in modules("common")
        for line, name in imports(path)
        if name.partition(".")[0] in {*ROOMS, "helpdesk"}
    ]
    assert not found


def _first_step(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    """Where the work begins: a contract of many named values is no sign of a long function."""
    return node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]


def test_modules_and_functions_have_a_readable_size() -> None:
    """At most 300 lines and 50: past that, ask which second noun lives there."""
    found = []
    for path in modules(*PACKAGES, "bench"):
        lines = len(path.read_text().splitlines())
        if lines > 300 and name_of(path) != ONE_SETTINGS_FILE:
            found.append(f"{name_of(path)} has {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - _first_step(node).lineno + 1
                if length > 50:
                    found.append(f"{name_of(path)}:{node.lineno} {node.name} has {length} lines")
    assert not found, "\n".join(found)


QUERYING = {"filter", "exclude", "get", "order_by", "annotate", "values", "values_list", "create", "update"}


def test_no_query_is_built_from_the_callers_own_keys() -> None:
    """`filter(**request.GET)` lets a caller reach any column of any related table."""
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in QUERYING
            ):
                spread = [k.value for k in node.keywords if k.arg is None]
                spread += [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
                if any("request" in ast.unparse(value) for value in spread):
                    found.append(f"{name_of(path)}:{node.lineno}")
    assert not found
