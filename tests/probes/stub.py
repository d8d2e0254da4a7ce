"""A small HTTP server for the probe's tests; prints its port. The path says how it behaves."""

from __future__ import annotations

import asyncio
import sys

ANSWERS = {
    b"/": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"/close": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok until the end",
    b"/once": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    b"/error": b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy",
    b"/large": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000,
    b"/nonsense": b"SSH-2.0-not-http\r\n\r\n",
    b"/gone": b"",
    b"/silent": b"",
}


class Stub(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].partition(b"?")[0]
        if path == b"/secret":
            path = b"/" if b"authorization: Bearer s3cret" in data else b"/error"
        self.transport.write(ANSWERS[path])
        if path in (b"/close", b"/once", b"/gone"):
            self.transport.close()


async def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
