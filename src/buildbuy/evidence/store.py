"""Read measured evidence: a folder of JSON records, one measurement each."""

from __future__ import annotations

import json
from pathlib import Path

from buildbuy.domain.evidence import Evidence
from buildbuy.errors import BadInput
from buildbuy.strict_yaml import validate

MAX_BYTES = 200_000
MAX_RECORDS = 2_000


def beside(profile: Path) -> Path | None:
    """The folder of records beside a profile, if it has one."""
    folder = profile.parent / ".buildbuy" / "evidence"
    return folder if folder.is_dir() else None


def load(folder: Path | None) -> dict[str, Evidence]:
    """The newest record that settles each driver, by what it measures, and every other record of a probe, by
    its file. Raises BadInput for a record that can't be read.

    A probe informs fit, not workload: what its systems did is kept for that, all of it, as one made at another
    rate doesn't replace another. It settles a driver only where it measured just that with the user's own model or rows
    (CPU a request, a prediction), and nothing was seen in production.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise BadInput("this is a file, not a folder" if folder.exists() else "no such folder", where=str(folder), hint="evidence lies in .buildbuy/evidence, one JSON file a measurement")
    found: dict[str, Evidence] = {}
    paths = sorted(folder.glob("*.json"))
    if len(paths) > MAX_RECORDS:
        raise BadInput(f"more than {MAX_RECORDS:,} records", where=str(folder), hint="move older ones to another folder")
    for path in paths:
        record = _record(path)
        if record.scope == "probe" and not _of_the_model(record):
            found[str(path)] = record
            continue
        kept = found.get(record.what)
        if kept is None or (record.scope == "production", record.when) > (kept.scope == "production", kept.when):
            found[record.what] = record
    return found


def _of_the_model(record: Evidence) -> bool:
    """Whether a probe measured a driver with the user's own model or rows: the component's, or what a system makes of it."""
    probe = record.probe
    return probe is not None and probe.own and record.what in (f"{probe.component}.{probe.metric}", f"{probe.system}.{probe.metric}")


def _record(path: Path) -> Evidence:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"the file is too large for a record, which has at most {MAX_BYTES:,} bytes", where=str(path), hint="is this the right folder?")
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as e:
        raise BadInput(f"this is not JSON: {e.msg}", where=f"{path}:{e.lineno}", hint="`buildbuy schema evidence` says what a record has") from e
    except UnicodeDecodeError as e:
        raise BadInput("this is not text in UTF-8", where=str(path)) from e
    except RecursionError as e:
        raise BadInput("this is nested too deeply for a record", where=str(path)) from e
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=str(path)) from e
    record = validate(Evidence, data, {}, str(path))
    record._file = str(path)
    return record
