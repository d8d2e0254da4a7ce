"""Trackers and feature stores, each exercised for real (`make test-probes`) in relations that hold at any speed."""

from __future__ import annotations

from typing import Any

import pytest
from real_systems import real

from buildbuy.probes import systems


@pytest.mark.parametrize(("name", "profile"), real("mlflow-sqlite", "mlflow-postgresql"))
def test_a_tracking_server_keeps_what_it_acknowledged(name: str, profile: str, exercised: Any) -> None:
    values, _ = exercised("experiment-tracking", name, profile, "0.1")
    assert values["steps_lost"] == values["search_wrong"] == values["artifacts_damaged"] == 0
    assert values["outage_s"] > 3
    if profile == "default":  # every call waits for the server's answer, so nothing that it acknowledged may be gone
        assert values["killed_steps_lost"] == values["outage_steps_lost"] == 0


@pytest.mark.parametrize(("name", "profile"), real("wandb", "comet", "clearml"))
def test_an_offline_client_keeps_what_it_finished(name: str, profile: str, exercised: Any) -> None:
    values, missing = exercised("experiment-tracking", name, profile, "0.1")
    assert values["steps_lost"] == 0
    assert 0 <= values["killed_steps_lost"] <= 20
    assert "server" in missing["search_ms_p50"]


@pytest.mark.probes
@pytest.mark.parametrize("profile", systems.PROFILES)
def test_a_folder_of_runs_keeps_what_was_logged_and_finds_it_once_indexed(profile: str, exercised: Any) -> None:
    values, missing = exercised("experiment-tracking", "aim", profile, "0.1")
    assert values["steps_lost"] == values["killed_steps_lost"] == values["search_wrong"] == values["artifacts_damaged"] == 0
    assert values["search_not_indexed_missed"] > 0
    assert "server" in missing["server_gone_step_s"]


@pytest.mark.parametrize(("name", "profile"), real(*systems.SYSTEMS["feature-store"]))
def test_a_feature_store_reads_what_was_written_and_leaks_nothing_of_the_future(name: str, profile: str, exercised: Any) -> None:
    values, missing = exercised("feature-store", name, profile, "0.03")
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
