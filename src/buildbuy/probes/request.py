"""The request a service is measured with: a small YAML file, and the address it goes to.

Credentials are never in the file: a header may name an environment variable instead.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from buildbuy.errors import BadInput
from buildbuy.probes.load import MOST_BODY, Target
from buildbuy.strict_yaml import Strict, read, validate

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_SECRET = re.compile(r"authorization|cookie|token|secret|password|api-?key|credential", re.I)
_OURS = {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"}


class FromEnvironment(Strict):
    """A header's value that stands in an environment variable, after `prefix`."""

    env: str
    prefix: str = ""


class RequestFile(Strict):
    """One request: `body` is text or data that is sent as JSON; `body_file` lies beside the file. `features`
    says how many features it sends or reads, for a requirement that names them; nothing of it is sent.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: dict[str, str | FromEnvironment] = Field(default_factory=dict, max_length=50)
    body: Any = None
    body_file: str | None = None
    features: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class Endpoint:
    """A service to measure. `shown` names it without anything secret; `loopback`: on this machine."""

    target: Target
    shown: str
    loopback: bool
    request_hash: str
    features: int | None


def endpoint(url: str, file: Path | None, environment: Mapping[str, str] = os.environ) -> Endpoint:
    """The target of a URL and a request file (a plain GET without one). Raises BadInput."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as e:
        raise BadInput(f"`{url}` is not an address: {e}", where="--endpoint") from e
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"`{url}` is not an address", where="--endpoint", hint="write it like http://127.0.0.1:8000/predict")
    if parts.username or parts.password:
        raise BadInput("the address holds credentials", where="--endpoint", why="they would stand in your shell's history", hint="name an environment variable in the request file: headers: {authorization: {env: TOKEN, prefix: 'Bearer '}}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not re.fullmatch(r"[!-~]+", path):
        raise BadInput("the path holds characters that must be escaped as %XX", where="--endpoint")
    asked, raw = _read(file) if file else (RequestFile(method="GET"), b"")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    body = _body(asked, file)
    headers = {"host": f"{name}:{port}", "accept": "*/*", **_headers(asked, file, environment)}
    if body and not isinstance(asked.body, str) and asked.body is not None:
        headers.setdefault("content-type", "application/json")
    message = written(asked.method, path, headers, body)
    shown = f"{parts.scheme}://{name}:{port}{parts.path}"
    return Endpoint(Target(parts.hostname, port, (message,), parts.scheme == "https"), shown, _loopback(parts.hostname), hashlib.sha256(raw + body).hexdigest(), asked.features)


def written(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The HTTP/1.1 message."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _read(file: Path) -> tuple[RequestFile, bytes]:
    data, lines = read(file)
    return validate(RequestFile, data, lines, str(file)), file.read_bytes()


def _headers(asked: RequestFile, file: Path | None, environment: Mapping[str, str]) -> dict[str, str]:
    out = {}
    for name, value in asked.headers.items():
        at = f"{file}: headers.{name[:60]}"
        if not _TOKEN.fullmatch(name):
            raise BadInput("this is not a header's name", where=at)
        if name.lower() in _OURS:
            raise BadInput("this header is set by the probe", where=at, hint="leave it out")
        if isinstance(value, FromEnvironment):
            if value.env not in environment:
                raise BadInput(f"the environment variable `{value.env}` is not set", where=at, hint=f"export {value.env}=...")
            text = value.prefix + environment[value.env]
        elif _SECRET.search(name):
            raise BadInput("credentials don't belong in this file", where=at, hint=f"{name}: {{env: NAME_OF_A_VARIABLE, prefix: 'Bearer '}}")
        else:
            text = value
        if not re.fullmatch(r"[\t -~\x80-\xff]*", text):
            raise BadInput("a header's value is one line of plain text", where=at)
        out[name.lower()] = text
    return out


def _body(asked: RequestFile, file: Path | None) -> bytes:
    if asked.body is not None and asked.body_file is not None:
        raise BadInput("`body` and `body_file` are both given", where=str(file), hint="keep one of them")
    if asked.body_file is not None:
        assert file is not None
        path = file.parent / asked.body_file
        if not path.resolve().is_relative_to(file.parent.resolve()):
            raise BadInput("`body_file` lies outside the folder of the request file", where=str(file), hint="put it beside the file: what it holds is sent to the service")
        try:
            if path.stat().st_size > MOST_BODY:
                raise BadInput(f"more than {MOST_BODY:,} bytes", where=str(path))
            return path.read_bytes()
        except OSError as e:
            raise BadInput(f"can't be read: {e.strerror}", where=str(path)) from e
    if asked.body is None:
        return b""
    return (asked.body if isinstance(asked.body, str) else json.dumps(asked.body)).encode()


def _loopback(host: str) -> bool:
    """Whether every address of a host is this machine. Raises BadInput for a name nobody knows."""
    try:
        found = {str(x[4][0]) for x in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as e:
        raise BadInput(f"no such host: `{host}`", where="--endpoint") from e
    return all(ipaddress.ip_address(x.split("%")[0]).is_loopback for x in found)
