"""ClearML in offline mode: the client alone, which needs neither a key nor a network. Its server isn't measured."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System

NOWHERE = "http://127.0.0.1:9"  # nothing listens there: the client asks its maker for updates, offline too, and no setting turns that off
THREADS = "sdk { development { report_use_subprocess: false } }\n"


def exercise(at: Place) -> Exercise:
    at.copy_exercise("clearml", "tracking.py")
    (at.scratch / "clearml.conf").write_text(THREADS if at.profile == "tuned" else "")
    return Exercise((at.python, "track.py"), {"PATH": at.path, "HTTPS_PROXY": NOWHERE, "CLEARML_CONFIG_FILE": str(at.scratch / "clearml.conf")})


SYSTEM = System(
    "clearml", "ClearML offline", "clearml", "clearml", "2026-11",
    {
        "default": ("a task as documented: frameworks, arguments, output and the machine are watched too, and a process beside the training one writes",),
        "tuned": (
            "report_use_subprocess false: a thread writes, and closing a task doesn't wait for a process that doesn't answer",
            "auto_connect_frameworks, auto_connect_arg_parser, auto_connect_streams and auto_resource_monitoring off: only what the loop logs",
        ),
    },
    0, exercise=exercise,
)  # fmt: skip
