"""A server that behaves as the first argument says, on the port of the second."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
import time
from pathlib import Path

mode, port, marker = sys.argv[1:4]
if mode == "crash":
    print("the model is broken")
    sys.exit(7)
if mode == "talks":
    while True:
        print("x" * 100_000)
if mode == "never":
    time.sleep(60)
if mode == "environment":
    print("seen:", ",".join(sorted(os.environ)))
    sys.exit(1)
if mode == "phones-home":
    try:
        socket.create_connection(("192.0.2.1", 80), 2)
    except OSError as e:
        print("phone:", e)
    sys.exit(1)
if mode == "hungry":
    kept = [bytearray(os.urandom(1_000_000) * 20) for _ in range(20)]
    time.sleep(60)
if mode == "daemon" and os.fork() == 0:  # leaves its group, its session and its parent
    os.setsid()
    if os.fork() == 0:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(120)", marker], check=False)
    os._exit(0)
sys.argv = [sys.argv[0], port]
runpy.run_path(str(Path(__file__).parent / "stub.py"))
