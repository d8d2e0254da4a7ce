"""What to find out next: order, what is left out, precision and where the answer goes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import synthetic

from buildbuy.decide import information
from buildbuy.decide.measuring import COMMANDS, ERROR, spread, worth_asking
from buildbuy.quantities.estimate import interval
from buildbuy.worlds.draws import scores

N = 5_000
GAP = "gap.toy.cloud/managed"


def found(hour: float = 1.0, **grades: str) -> list[object]:
    """Worth of gap hours, a price, a null driver, against doing nothing."""
    drivers = {
        GAP: synthetic.driver(GAP, interval(2, 30, "person_hour/month"), way="gap hours", how="ask the team", key="where it goes", asking_hours=2.0, grade=grades.get("gap", "assumed")),
        "price.x": synthetic.driver("price.x", interval(1, 3), way="quote", how="ask for a quote", asking_hours=8.0),
        "null": synthetic.driver("null", interval(1, 3), how="ask"),
    }
    z = {name: scores(3, "value", name, 0, N) for name in drivers}
    costs = np.stack([np.zeros(N), 200 * z[GAP] + 100 * z["price.x"]], axis=1)
    return list(worth_asking(information.effects(drivers, z, costs), hour, 0.0))


def test_order_is_by_worth_net_of_asking_and_null_drivers_are_not_asked() -> None:
    rows = found()
    assert [m.driver.id for m in rows] == [GAP, "price.x"]
    assert all(m.worth - m.cost > 0 and m.measured <= m.worth and m.error > 0 for m in rows)


def test_what_costs_more_than_its_measurement_is_worth_is_left_out() -> None:
    assert [m.driver.id for m in found(hour=10.0)] == [GAP]
    assert found(hour=1e4) == []


def test_what_has_been_measured_is_not_asked_again() -> None:
    assert [m.driver.id for m in found(gap="measured")] == ["price.x"]


def test_a_vague_answer_is_worth_less_than_a_sharp_one() -> None:
    gap, price = found()
    assert gap.measured / gap.worth < price.measured / price.worth
    assert (gap.precision, price.precision) == (ERROR["gap hours"], ERROR["quote"])
    sd = math.log(15) / (2 * 1.6448536)
    share = information.explained(sd, ERROR["gap hours"])
    assert gap.measured / gap.worth == pytest.approx(math.sqrt(share), rel=0.03)  # in a tie worth is in proportion to the sd


def test_what_can_be_negative_is_measured_in_its_own_unit() -> None:
    drift = synthetic.driver("drift", interval(-0.1, 0.1, "1/year"))
    assert spread(drift, 0.0) == (pytest.approx(0.2 / (2 * 1.6448536)), False)


def test_what_a_command_settles_is_asked_by_that_command() -> None:
    drivers = {"sites": synthetic.driver("sites", interval(1, 30), way="scan", how="count them")}
    z = {"sites": scores(3, "value", "sites", 0, N)}
    [found] = worth_asking(information.effects(drivers, z, np.stack([np.zeros(N), 300 * z["sites"]], axis=1)), 1.0, 0.0)
    assert found.how == COMMANDS["scan"]
