"""The chemotherapy decision of the textbook on value of information: two drugs, net benefit at 20,000 a
quality-adjusted year, from its published inputs and equations (Heath, Kunst & Jackson, Value of Information
for Healthcare Decision-Making, 2024, the running case study). Written anew for arrays.

A patient has side effects or not. Those who do are cared for at home, may come to hospital, recover or die, by
the week for a year; whoever is alive then lives on at a constant mortality, to 40 years at most.
"""

from __future__ import annotations

import numpy as np

WEEKS = 52
YEARS = 40
PER_YEAR_OF_LIFE = 20_000
DRUG = np.array([120.0, 1975.0])


def inputs(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draws (n,) of every uncertain input: 111 patients, 52 with side effects, 43 in hospital, 8 died."""
    p1 = rng.beta(1 + 52, 1 + 59, n)
    odds = p1 / (1 - p1) * np.exp(rng.normal(np.log(0.54), 0.3, n))
    spread = {"mean": 0.0475, "variance": 0.001}
    return {
        "side_effects_old": p1,
        "side_effects_new": odds / (1 + odds),
        "hospital": rng.beta(1 + 43, 1 + 9, n),
        "died": rng.beta(1 + 8, 1 + 35, n),
        "recovers_home": beta(rng, 0.21, 0.03**2, n),
        "recovers_hospital": beta(rng, 0.03, 0.0065**2, n),
        "cost_home": lognormal(rng, 830, 150, n),
        "cost_hospital": lognormal(rng, 2400, 1880, n),
        "cost_death": lognormal(rng, 1710, 760, n),
        "well": beta(rng, 0.98, 0.0008, n),
        "well_home": beta(rng, 0.7, 0.02, n),
        "well_hospital": beta(rng, 0.3, 0.03, n),
        "mortality": rng.gamma(spread["mean"] ** 2 / spread["variance"], spread["variance"] / spread["mean"], n),
    }


def beta(rng: np.random.Generator, mean: float, variance: float, n: int) -> np.ndarray:
    size = mean * (1 - mean) / variance - 1
    return rng.beta(mean * size, (1 - mean) * size, n)


def lognormal(rng: np.random.Generator, mean: float, variance: float, n: int) -> np.ndarray:
    s2 = np.log1p(variance / mean**2)
    return rng.lognormal(np.log(mean) - s2 / 2, np.sqrt(s2), n)


def net_benefit(x: dict[str, np.ndarray]) -> np.ndarray:
    """Net benefit (n, 2) of the old and the new drug, in money."""
    ill = np.stack([x["side_effects_old"], x["side_effects_new"]], axis=1)
    well_if_ill, cost_if_ill, dead = year_of_illness(x)
    alive = 1 - ill * dead[:, None]
    rate = x["mortality"]
    lived_on = (np.exp(-2 * rate) - np.exp(-YEARS * rate)) / rate * x["well_home"]
    life = ill * well_if_ill[:, None] + (1 - ill) * (x["well"] * (WEEKS + 1) / 52)[:, None] + alive * lived_on[:, None]
    late_death = -np.expm1(-(YEARS - 2) * rate) * x["cost_death"]
    cost = DRUG + ill * cost_if_ill[:, None] + alive * late_death[:, None]
    return PER_YEAR_OF_LIFE * life - cost


def year_of_illness(x: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quality-adjusted years, cost, and chance to be dead at its end (n,), of one with side effects."""
    to_hospital = 1 - (1 - x["hospital"]) ** (1 / WEEKS)
    dies = 1 - (1 - x["died"]) ** (1 / WEEKS)
    dies_later = -np.expm1(-x["mortality"] / 52)
    home, hospital, better, dead = np.ones_like(dies), *np.zeros((3, len(dies)))
    life = home * x["well_home"]
    cost = home * x["cost_home"]
    for _ in range(WEEKS):
        dead = dead + hospital * dies + better * dies_later
        better = better * (1 - dies_later) + home * x["recovers_home"] * (1 - to_hospital) + hospital * x["recovers_hospital"] * (1 - dies)
        hospital = home * to_hospital + hospital * (1 - x["recovers_hospital"]) * (1 - dies)
        home = home * (1 - x["recovers_home"]) * (1 - to_hospital)
        life = life + home * x["well_home"] + hospital * x["well_hospital"] + better * x["well"]
        cost = cost + home * x["cost_home"] + hospital * x["cost_hospital"]
    return life / 52, (cost + dead * x["cost_death"]) / 52, dead
