"""Starts PostgreSQL: postgresql.py BINARIES PORT DATA. It refuses to run as root, so root is another user to it."""

import os
import subprocess
import sys
from pathlib import Path

binaries, port, data = sys.argv[1:]
if os.geteuid() == 0:  # in a user namespace of its own; the files stay ours
    os.execvp("unshare", ["unshare", "--user", "--map-user=1000", sys.executable, *sys.argv])
if not (Path(data) / "PG_VERSION").exists():
    subprocess.run([f"{binaries}/initdb", "-D", data, "-U", "probe", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], check=True)
    single = [f"{binaries}/postgres", "--single", "-D", data, "postgres"]
    subprocess.run(single, input=b"CREATE DATABASE probe\n", check=True)
settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "dynamic_shared_memory_type": "mmap"}
os.execv(f"{binaries}/postgres", [f"{binaries}/postgres", "-D", data, *(x for k, v in settings.items() for x in ("-c", f"{k}={v}"))])
