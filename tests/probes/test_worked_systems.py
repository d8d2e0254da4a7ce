"""Orchestrators, monitors and compute frameworks, each exercised for real (`make test-probes`) in relations that
hold at any speed.
"""

from __future__ import annotations

from typing import Any

import pytest
from real_systems import real

from buildbuy.probes import systems


@pytest.mark.parametrize(("name", "profile"), real(*systems.SYSTEMS["data-pipeline"]))
def test_a_pipeline_is_retried_as_asked_and_nothing_finished_is_lost(name: str, profile: str, exercised: Any) -> None:
    values, missing = exercised("data-pipeline", name, profile, "0.1")
    assert (values["flaky_executions"], values["flaky_run_succeeded"]) == (3, 1)
    assert (values["hopeless_executions"], values["hopeless_run_failed"]) == (3, 1)
    assert values["task_overhead_ms_max"] >= values["task_overhead_ms_p50"] > 0
    for kill in ("kill_task", "kill_worker"):
        if f"{kill}_executions" not in values:
            assert kill == "kill_worker"
            assert missing["kill_worker_noticed_s"]
            continue
        assert values[f"{kill}_earlier_executions"] >= 1
        if values[f"{kill}_run_succeeded"]:
            assert values[f"{kill}_executions"] >= 2  # the first never ended: it slept until it was killed


@pytest.mark.probes
def test_the_hand_written_runner_takes_up_what_was_killed(exercised: Any) -> None:
    """The light one: half a minute."""
    values, _ = exercised("data-pipeline", "runner", "tuned", "0.1")
    for kill in ("kill_task", "kill_worker"):
        assert (values[f"{kill}_executions"], values[f"{kill}_earlier_executions"], values[f"{kill}_run_succeeded"]) == (2, 1, 1)
    assert values["idle_processes"] == 1


@pytest.mark.parametrize(("name", "profile"), real(*systems.SYSTEMS["monitoring"]))
def test_a_large_shift_is_found_and_what_no_column_shows_is_not(name: str, profile: str, exercised: Any) -> None:
    values, _ = exercised("monitoring", name, profile, "0.06")
    found = {what.removesuffix("_found_percent"): value for what, value in values.items() if what.endswith("_found_percent")}
    assert found["mean_shift_1_sd"] == 100
    assert found["mean_shift_0_1_sd"] <= found["mean_shift_1_sd"]
    if name in ("whylogs", "nannyml") and profile == "default":  # 20 tests at 5% each, or 10 chunks of 20 columns: alarms where nothing changed are alike those where something did
        assert values["false_alarm_tables_percent"] > 0
    else:
        assert values["false_alarm_columns_percent"] <= 5
        assert (found["correlation_only"] == 100) == (name in ("psi", "nannyml") and profile == "tuned")
        assert found["concept"] < 100
    assert (found["missing_rise"] == 100) == (profile == "tuned")
    assert values["concept_accuracy_before_percent"] - values["concept_accuracy_after_percent"] > 30
    assert values["peak_mb"] > 50


@pytest.mark.parametrize(("name", "profile"), real(*systems.SYSTEMS["training-compute"]))
def test_work_comes_back_the_same_from_elsewhere(name: str, profile: str, exercised: Any) -> None:
    """The exercise itself fails where a fit on a worker comes out otherwise than here."""
    values, _ = exercised("training-compute", name, profile, "0.1")
    assert 0 < values["speedup_10_ms_tasks"] < 2.5
    assert values["tasks_per_second"] > 0
    assert values["training_rows_per_second"] > 0
