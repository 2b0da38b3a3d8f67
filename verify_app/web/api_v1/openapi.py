"""The OpenAPI 3.1 document, made of the routes and of the models of `schemas`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ...i18n import LANGUAGES
from .enterprise_schemas import (
    CaptureAnswer,
    CaptureAnswers,
    ImportAnswer,
    MoveAnswer,
    MoveRequest,
    ProductStates,
    ScanCounts,
)
from .schemas import BatchAnswer, BatchRequest, CompressedLink, Problem, VerifyAnswer, VerifyRequest

_REFERENCE = "#/components/schemas/{model}"
_RULE_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
_MODELS: list[tuple[type[BaseModel], Any]] = [
    (VerifyRequest, "validation"),
    (VerifyAnswer, "serialization"),
    (BatchRequest, "validation"),
    (BatchAnswer, "serialization"),
    (CompressedLink, "serialization"),
    (Problem, "serialization"),
    (MoveRequest, "validation"),
    (MoveAnswer, "serialization"),
    (ImportAnswer, "serialization"),
    (CaptureAnswer, "serialization"),
    (CaptureAnswers, "serialization"),
    (ProductStates, "serialization"),
    (ScanCounts, "serialization"),
]
PROBLEMS = {
    400: "The body is no JSON, or the text is no code (then with verdict MALFORMED or NOT_GS1).",
    405: "The address takes other methods; see Allow.",
    401: "An API key is needed: `Authorization: Bearer vk_…`.",
    403: "The key may not do this.",
    404: "There is no such thing of yours.",
    409: "The item's state forbids the act; `refusal` says why.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The body lacks `code`, or it is no text.",
    429: "Too many requests in this minute; see Retry-After.",
    503: "The registry cannot be asked now; see Retry-After.",
}
_LANGUAGE = {
    "name": "lang",
    "in": "query",
    "description": "Language of the texts; otherwise Accept-Language decides, and Vietnamese is the default.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
CODE_PARAMETER = {
    "name": "code",
    "in": "query",
    "required": True,
    "description": "A GS1 code in any spelling, percent-encoded.",
    "schema": {"type": "string", "maxLength": 2048},
    "example": "(01)09506000134352(21)A1",
}
_LINK_PARTS = {
    "gtin": ("GTIN-14.", r"^\d{14}$"),
    "lot": ("Lot number, AI (10), percent-encoded.", "^.{1,20}$"),
    "serial": ("Serial number, AI (21), percent-encoded.", "^.{1,20}$"),
    "short": ("Short code of this service.", "^[Vv].{11,13}$"),
}
_LINKS = (
    "/01/{gtin}",
    "/01/{gtin}/10/{lot}",
    "/01/{gtin}/21/{serial}",
    "/01/{gtin}/10/{lot}/21/{serial}",
    "/c/{short}",
)
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of one route. `answers` is status -> (words, media type, model or None)."""

    id: str
    summary: str
    description: str
    answers: Mapping[int, tuple[str, str, type[BaseModel] | None]]
    request: type[BaseModel] | None = None
    problems: tuple[int, ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = field(default=(_LANGUAGE,))
    scope: str = ""  # of the API key that is needed; "" for none
    request_media: str = ""  # of a body that is no model


_OPERATIONS: dict[str, Operation] = {}


def describes(operation: Operation) -> Callable[[_View], _View]:
    """Put a view into the document; views without this are left out."""

    def keep(view: _View) -> _View:
        _OPERATIONS[view.__name__] = operation
        return view

    return keep


def document(app: Flask, blueprint: str, public_url: str) -> dict[str, Any]:
    """The document of all described routes of a blueprint and of the Digital Link pages."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in app.url_map.iter_rules():
        owner, _, name = rule.endpoint.rpartition(".")
        operation = _OPERATIONS.get(name)
        if owner == blueprint and operation:
            path = _RULE_VARIABLE.sub(r"{\1}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _described(operation)
    for path in _LINKS:
        paths[path] = {"get": _link(path)}
    _, definitions = models_json_schema(_MODELS, ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Product code verification",
            "version": version("verify-app"),
            "summary": "What is this product code, what does it prove, and is something wrong with it?",
            "description": "Every request with a code is a scan and is recorded; use demonstration codes for trials. "
            "An unknown code is an answer (200, verdict UNKNOWN_CODE), not an error.",
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "vk_…"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [dict(parameter) for parameter in operation.parameters],
        "responses": {
            str(status): {"description": words, "content": {media: {"schema": _reference(model)}}}
            for status, (words, media, model) in operation.answers.items()
        },
    }
    if operation.request:
        content = {"application/json": {"schema": _reference(operation.request)}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.request_media:
        described["requestBody"] = {"required": True, "content": {operation.request_media: {}}}
    if operation.scope:
        described["security"] = [{"key": [operation.scope]}]
        described["description"] += f" Needs a key with the scope `{operation.scope}`."
    described["responses"] |= {str(status): _problem(status) for status in operation.problems}
    return described


def _link(path: str) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _LINK_PARTS[name][0],
            "schema": {"type": "string", "pattern": _LINK_PARTS[name][1]},
        }
        for name in names
    ]
    answer = ("The verdict and the public data of the product.", "application/json", VerifyAnswer)
    return _described(
        Operation(
            id="scan_" + "_".join(names),
            summary="Scan the code that the address names",
            description="Ask with `Accept: application/json`; without it the same address gives the page for people.",
            answers={200: answer},
            problems=(400, 503),
            parameters=(*parameters, _LANGUAGE),
        )
    )


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": PROBLEMS[status],
        "content": {"application/problem+json": {"schema": _reference(Problem)}},
    }


def _reference(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(model=model.__name__)} if model else {"type": "object"}
