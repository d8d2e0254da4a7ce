"""What the claims' words mean, fixed before the first run.

Shares are counted over the sampler's profiles and compared with the bar as they are; the Wilson
interval beside each says how far so many profiles pin it down.

Which profiles a share is counted over, fixed here too:
  everyone   every sampled profile.
  choosing   those that don't run code of their own today. Someone who does has paid for the build
             already, and keeping it isn't the choice that the claims are about.
  starters   greenfield, and S or M at the component's own computed scale.
The further components (WIDER) are drawn for fewer profiles; the same words mean the same there. What
their claims say beside that, fixed before their first run as well:
  yours in every option   its line is above nothing and the same in every option of every team.
  the compute is bought   rented machines, whoever launches the jobs on them; owned ones are not.
  lower than elsewhere    below the middle one of the other components in the same team.
  about, a week           within a factor of two: 3 to 12 months for six, at most two weeks for one.
  constrains for years    teams that wouldn't take today what they run keep it in more than LEGITIMATE of cases.
Claims that had no test until 2026-11, their bars fixed before their first run too:
  the same four questions  run.json answers each of the four for every component of a team, all seven of them.
  nobody designed          taken together, a team's components cost no more than its verdicts taken one by one,
                           in every team; and another combination is better in more than LEGITIMATE of them.
  not storage              three times the data kept changes the tracker in at most ALMOST_NEVER of teams.
  vendor events            every option that rests on somebody else's product may end in some of the modelled
                           worlds, and a known end ends it in all.
A profile for which no option may be taken counts in the denominator, as neither bought nor built.
"""

from __future__ import annotations

import math

NEVER = 0.01  # at most this share of own new builds, at start-up scale (S and M)
ALMOST_NEVER = 0.05
NEARLY_ALWAYS = 0.95
DEPENDS = 0.10  # at least two sourcings above this share
LEGITIMATE = 0.10  # a way that is a legitimate start: its share of verdicts or of modelled worlds is above this
PROFILES = 500  # at least so many

BOUGHT = ("managed", "self-host")  # the framework's "buy"
OWN_PARTS = ("build", "hybrid")
START_UP = ("S", "M")
COMPONENTS = ("experiment-tracking", "feature-store", "model-serving")

WIDER = ("data-pipeline", "monitoring", "training-compute")
WIDER_PROFILES = 500  # at least so many
ABOUT = 2.0  # a factor: what "about six months" and "a week" allow

FEW = 40  # profiles for the claims that were added last

Z95 = 1.959963984540054


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """95% interval of a share (Wilson's score interval)."""
    if n == 0:
        return 0.0, 1.0
    p = hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return low, high
