"""The request file and the address: bounded, never a secret in a file or in what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildbuy.errors import BadInput
from buildbuy.probes.request import endpoint

URL = "http://127.0.0.1:8000/predict"


def message(tmp_path: Path, text: str, url: str = URL, environment: dict[str, str] | None = None) -> bytes:
    (tmp_path / "r.yaml").write_text(text)
    return endpoint(url, tmp_path / "r.yaml", environment or {}).target.messages[0]


def test_a_plain_get() -> None:
    found = endpoint("http://localhost:8000", None)
    assert found.target.messages == (b"GET / HTTP/1.1\r\nhost: localhost:8000\r\naccept: */*\r\n\r\n",)
    assert found.loopback
    assert not endpoint("http://192.0.2.1:8000", None).loopback
    assert endpoint("http://[::1]:8000/x?key=1", None).shown == "http://[::1]:8000/x"


def test_bodies(tmp_path: Path) -> None:
    assert message(tmp_path, "body: {a: [1, 2]}").endswith(b'content-type: application/json\r\ncontent-length: 13\r\n\r\n{"a": [1, 2]}')
    assert message(tmp_path, "body: plain").endswith(b"content-length: 5\r\n\r\nplain")
    (tmp_path / "b").write_bytes(b"\x00\x01")
    assert message(tmp_path, "body_file: b").endswith(b"content-length: 2\r\n\r\n\x00\x01")


def test_credentials_come_from_the_environment(tmp_path: Path) -> None:
    text = "headers: {Authorization: {env: TOK, prefix: 'Bearer '}}\nmethod: GET"
    assert b"authorization: Bearer abc\r\n" in message(tmp_path, text, environment={"TOK": "abc"})
    with pytest.raises(BadInput, match="not set"):
        message(tmp_path, text)
    with pytest.raises(BadInput, match="one line"):
        message(tmp_path, text, environment={"TOK": "a\r\nx: y"})


BAD = {
    "headers: {authorization: Bearer abc}": "credentials",
    "headers: {x-api-key: abc}": "credentials",
    "headers: {host: a}": "set by the probe",
    'headers: {x: "a\\r\\nb: c"}': "one line",
    "headers: {'a b': c}": "not a header",
    "headers: {x: {env: A, value: b}}": "headers.x",
    "method: TRACE": "can't stand here",
    "url: http://elsewhere": "unknown key",
    "body: a\nbody_file: b": "both",
    "body_file: none": "can't be read",
    "body_file: ../secret": "outside the folder",
    "body_file: /etc/passwd": "outside the folder",
    "": "empty",
    "body: &a [*a]": "anchors",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_files(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=BAD[text]):
        message(tmp_path, text)


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://localhost/", "http://", "http://u:p@localhost/", "http://localhost:99999/", "http://localhost/a b", "http://no-such-host.invalid/"])
def test_bad_addresses(url: str) -> None:
    with pytest.raises(BadInput):
        endpoint(url, None)
