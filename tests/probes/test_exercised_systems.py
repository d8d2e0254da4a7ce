"""The exercised systems: what they say of themselves, and each run for real (`make test-probes`) in relations that hold at any speed."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from buildbuy.probes import environments, systems
from buildbuy.report.schemas import schema

NAMES = {c: systems.SYSTEMS[c] for c in ("experiment-tracking", "feature-store")}
ALL = [name for names in NAMES.values() for name in names]


@pytest.mark.parametrize("name", ALL)
def test_an_adapter_says_what_it_is(name: str) -> None:
    one = systems.system(name)
    assert one.id == name
    assert {*one.settings} == {*systems.PROFILES}
    assert all(one.settings.values())
    assert re.fullmatch(r"20\d\d-\d\d", one.tested)
    assert one.package in environments.versions(one.requirements)
    lines = one.requirements.read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][A-Za-z0-9.+]*( ; .*)?", line) for line in lines)


def exercised(buildbuy: Any, component: str, name: str, profile: str, size: str) -> tuple[dict[str, float], dict[str, str]]:
    """Values and reasons by figure."""
    ran = buildbuy("probe", component, "--systems", name, "--profile", profile, "--size", size, "--no-record", "--format", "json")
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert data["not_measured"] == []
    figures = data["results"][0]["figures"]
    assert data["results"][0]["about"]["memory_mb"] > 20
    return {f["what"]: f["value"] for f in figures if "value" in f}, {f["what"]: f["why_not"] for f in figures if "why_not" in f}


@pytest.mark.probes
@pytest.mark.parametrize("profile", systems.PROFILES)
@pytest.mark.parametrize("name", ["mlflow-sqlite", "mlflow-postgresql"])
def test_a_tracking_server_keeps_what_it_acknowledged(name: str, profile: str, buildbuy: Any) -> None:
    values, _ = exercised(buildbuy, "experiment-tracking", name, profile, "0.1")
    assert values["steps_lost"] == values["search_wrong"] == values["artifacts_damaged"] == 0
    assert values["outage_s"] > 3
    if profile == "default":  # every call waits for the server's answer, so nothing that it acknowledged may be gone
        assert values["killed_steps_lost"] == values["outage_steps_lost"] == 0


@pytest.mark.probes
@pytest.mark.parametrize("profile", systems.PROFILES)
@pytest.mark.parametrize("name", ["wandb", "comet"])
def test_an_offline_client_keeps_what_it_finished(name: str, profile: str, buildbuy: Any) -> None:
    values, missing = exercised(buildbuy, "experiment-tracking", name, profile, "0.1")
    assert values["steps_lost"] == 0
    assert 0 <= values["killed_steps_lost"] <= 20
    assert "server" in missing["search_ms_p50"]


@pytest.mark.probes
@pytest.mark.parametrize("profile", systems.PROFILES)
@pytest.mark.parametrize("name", NAMES["feature-store"])
def test_a_feature_store_reads_what_was_written_and_leaks_nothing_of_the_future(name: str, profile: str, buildbuy: Any) -> None:
    values, missing = exercised(buildbuy, "feature-store", name, profile, "0.03")
    assert values["reads_wrong"] == 0
    if name == "own-redis":
        assert "join" in missing["join_wrong"]
        return
    assert values["join_future_values"] == 0
    if name == "own-postgresql" or profile == "tuned":
        assert values["join_wrong"] == values["join_labels_dropped"] == 0
    if profile == "default":  # by event time: the planted late arrivals must be seen, and are told
        assert values["join_not_yet_known_values"] > 0
    else:
        assert values["join_not_yet_known_values"] == 0
