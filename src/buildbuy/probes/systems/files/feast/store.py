"""Feast through its SDK and its HTTP server."""

import http.client
import json
import os
import subprocess
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float32, Float64
from features import (
    BEGIN,
    DROPPED,
    ENTITIES,
    FEATURES,
    TTL,
    freshness,
    history,
    joined,
    labels,
    names,
    reads,
    value,
)
from figures import PORTS, TUNED, figure, missing, percentiles, sized

PORT = PORTS[0]
RATE = 50
CONFIG = {
    "project": "probe", "provider": "local", "entity_key_serialization_version": 3, "offline_store": {"type": "duckdb" if TUNED else "file"},
    "registry": {"path": "registry.db", **({"cache_ttl_seconds": 0} if TUNED else {})}, "online_store": json.loads(os.environ["FEAST_ONLINE_STORE"]),
}  # fmt: skip


def written() -> FeatureStore:
    """The repository: a view of 50 features to read online, and one with a history to join."""
    Path("feature_store.yaml").write_text(json.dumps(CONFIG))  # JSON is YAML
    now = datetime.now(UTC) - timedelta(hours=1)
    frame = pd.DataFrame({"entity_id": range(ENTITIES), "event": now, "created": now})
    features = pd.DataFrame({f"f{i}": [value(e, i) for e in range(ENTITIES)] for i in range(FEATURES)}, dtype="float32")
    pd.concat([frame, features], axis=1).to_parquet("online.parquet")
    rows = history()
    pd.DataFrame(rows, columns=["entity_id", "event", "created", "past"]).to_parquet("history.parquet")
    entity = Entity(name="entity", join_keys=["entity_id"], value_type=ValueType.INT64)

    def view(name: str, schema: list, ttl: timedelta, online: bool) -> FeatureView:
        source = FileSource(name=f"{name}_file", path=str(Path(f"{name}.parquet").resolve()), timestamp_field="event", created_timestamp_column="created")
        return FeatureView(name=name, entities=[entity], ttl=ttl, schema=schema, source=source, online=online)

    online = view("online", [Field(name=n, dtype=Float32) for n in names(FEATURES)], timedelta(days=365), True)
    past = view("history", [Field(name="past", dtype=Float64)], TTL, False)
    store = FeatureStore(repo_path=".")
    begin = time.perf_counter()
    services = [FeatureService(name=f"first{n}", features=[online[names(n)]]) for n in (10, 50)]
    store.apply([entity, online, past, *services])
    figure("apply_s", time.perf_counter() - begin, "s", 1, "apply of 1 entity, 2 feature views and 2 feature services to an empty registry and store")
    return store


def asked(store: FeatureStore, n: int):
    """What a read asks for: a list of features, or tuned a feature service."""
    return store.get_feature_service(f"first{n}", allow_cache=True) if TUNED else [f"online:{name}" for name in names(n)]


def online(store: FeatureStore) -> None:
    begin = time.perf_counter()
    store.materialize(BEGIN, datetime.now(UTC), feature_views=["online"])
    took = time.perf_counter() - begin
    figure("materialize_rows_per_s", ENTITIES / took, "1/s", ENTITIES, f"materialize of {ENTITIES:,} entities x {FEATURES} features from a parquet file")
    wanted = {n: asked(store, n) for n in (10, 50)}

    def read(entities: list, n: int) -> list:
        got = store.get_online_features(features=wanted[n], entity_rows=[{"entity_id": e} for e in entities]).to_dict()
        return [list(row) for row in zip(*(got[name] for name in names(n)), strict=True)]

    reads(read)

    def write(entity: int, first: float) -> None:
        now = datetime.now(UTC)
        row = {"entity_id": entity, "event": now, "created": now, **{f"f{i}": value(entity, i) for i in range(FEATURES)}, "f0": first}
        store.write_to_online_store("online", pd.DataFrame([row]).astype(dict.fromkeys(names(FEATURES), "float32")))

    freshness(write, read)


def join(store: FeatureStore) -> None:
    rows = history()
    wanted = labels(rows)
    frame = pd.DataFrame({"entity_id": [e for e, _ in wanted], "event_timestamp": [m for _, m in wanted], "label": range(len(wanted))})
    begin = time.perf_counter()
    got = store.get_historical_features(entity_df=frame, features=["history:past"], filter_by_created_timestamp=TUNED).to_df()
    took = time.perf_counter() - begin
    values = dict(zip(got["label"], got["past"], strict=True))
    found = [values.get(i, DROPPED) for i in range(len(wanted))]
    joined([None if v is not DROPPED and pd.isna(v) else v for v in found], took, wanted, rows, known=TUNED)


def served() -> None:
    """`feast serve` at a steady rate over one connection; latency counts from the moment a request was due."""
    n = min(1500, sized(15_000, 60))  # by its default a worker starts anew after about 1,000
    command = ["feast", "serve", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1", "--no-access-log", *(["--max-requests", "0"] if TUNED else [])]
    with Path("serve.log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    until = time.monotonic() + 300
    while not _healthy():
        if server.poll() is not None or time.monotonic() > until:
            missing("http_read_ms_p50", "feast serve did not come up: " + Path("serve.log").read_text()[-300:])
            return
        time.sleep(0.2)
    body = json.dumps({"features": [f"online:{name}" for name in names(10)], "entities": {"entity_id": [7]}})
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    for _ in range(5):  # its first answers come late, and are not what is asked here
        connection.request("POST", "/get-online-features", body, {"content-type": "application/json"})
        connection.getresponse().read()
    connection.sock.settimeout(10)
    connection.timeout = 10
    seconds, failed, begin = [], 0, time.perf_counter()
    for i in range(n):
        due = begin + i / RATE
        time.sleep(max(0, due - time.perf_counter()))
        try:
            connection.request("POST", "/get-online-features", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise OSError(text[:200])
        except (OSError, http.client.HTTPException):
            failed += 1
            connection.close()
        seconds.append(time.perf_counter() - due)
    how = f"feast serve, 1 worker, 1 entity x 10 features at {RATE} req/s over one connection, from the moment each was due"
    percentiles("http_read", seconds, how)
    figure("http_read_ms_max", 1000 * max(seconds), "ms", n, how)
    figure("http_failed", failed, "count", n, "of those requests: refused, broken off or not answered with 200")
    server.kill()


def _healthy() -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=2).status == 200
    except OSError:
        return False


if __name__ == "__main__":
    store = written()
    online(store)
    join(store)
    served()
