"""/api/docs/: the OpenAPI document as a page that needs no script and nothing from outside."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from common.richtext import render_markdown

METHODS = ("get", "post", "put", "patch", "delete")
DEPTH = 3


@dataclass(frozen=True, slots=True)
class Value:
    """One parameter or member of a body."""

    name: str
    kind: str
    required: bool
    description: SafeString
    choices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    parameters: list[Value]
    body: list[Value]
    example: str
    statuses: list[tuple[str, SafeString]]


@require_GET
@login_required
def api_docs(request: HttpRequest) -> HttpResponse:
    """For everybody who may use the API."""
    if getattr(request, "actor", None) is None:
        raise Http404
    return render(
        request, "api/docs.html", {"groups": groups(get_language() or "en"), "root": settings.BASE_URL}
    )


@lru_cache(maxsize=4)
def groups(language: str) -> dict[str, list[Operation]]:
    """Operations by tag. The document changes with the code only, so it is made once for each language."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if path.startswith("/api/v1/") and method in methods:
                operation = methods[method]
                found.setdefault(operation["tags"][0], []).append(_operation(schema, method, path, operation))
    return found


def _operation(schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    body = _resolve(schema, content.get("application/json", {}).get("schema", {}))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=render_markdown(operation.get("description", "")),
        parameters=[_parameter(schema, parameter) for parameter in operation.get("parameters", [])],
        body=_members(schema, body),
        example=json.dumps(_example(schema, body), indent=2, ensure_ascii=False) if body else "",
        statuses=[
            (status, render_markdown(answer.get("description", "")))
            for status, answer in sorted(operation["responses"].items())
        ],
    )


def _parameter(schema: dict[str, Any], parameter: dict[str, Any]) -> Value:
    of = _resolve(schema, parameter.get("schema", {}))
    name = parameter["name"] if parameter["in"] != "header" else f"{parameter['name']}:"
    words = render_markdown(parameter.get("description", ""))
    return Value(name, _kind(of), parameter.get("required", False), words, _choices(schema, of))


def _members(schema: dict[str, Any], body: dict[str, Any]) -> list[Value]:
    required = set(body.get("required", []))
    values = []
    for name, member in body.get("properties", {}).items():
        of = _resolve(schema, member)
        words = render_markdown(of.get("description", ""))
        values.append(Value(name, _kind(of), name in required, words, _choices(schema, of)))
    return values


def _resolve(schema: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """Follows references and takes the first real alternative; words written beside a reference win."""
    while True:
        target: dict[str, Any]
        if "$ref" in of:
            target = schema["components"]["schemas"][of["$ref"].rpartition("/")[2]]
        elif alternatives := of.get("allOf") or of.get("oneOf"):
            target = alternatives[0]
        else:
            return of
        of = {**target, **{name: of[name] for name in ("description",) if name in of}}


def _kind(of: dict[str, Any]) -> str:
    return str(of.get("format") or of.get("type") or "")


def _choices(schema: dict[str, Any], of: dict[str, Any]) -> list[str]:
    items = _resolve(schema, of.get("items", {})) if of.get("type") == "array" else of
    return [str(choice) for choice in items.get("enum", []) if choice not in ("", None)]


def _example(schema: dict[str, Any], of: dict[str, Any], depth: int = 0) -> Any:
    """A body that has the right shape; required members and, on top, nothing else."""
    of = _resolve(schema, of)
    if of.get("enum"):
        return of["enum"][0]
    if of.get("type") == "object" and depth < DEPTH:
        names = of.get("required") or list(of.get("properties", {}))[:1]
        return {
            name: _example(schema, of["properties"][name], depth + 1)
            for name in names
            if name in of["properties"]
        }
    if of.get("type") == "array":
        return []
    samples = {"date-time": "2026-11-24T09:00:00Z", "integer": 1, "boolean": True, "binary": "…"}
    return samples.get(_kind(of), "…")
