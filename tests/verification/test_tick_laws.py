"""Laws that do not depend on the tick, in the smallest worlds: two people."""

from __future__ import annotations

from pathlib import Path

import pytest
from judge import mean_is, share_is

import hyosan


@pytest.mark.parametrize("tick", ["1 h", "6 h", "12 h", "1 day"])
def test_a_place_counts_once_however_the_routine_leads_there(tick: str, tmp_path: Path) -> None:
    """Two who are at home all week, by several slots: one infects the other with 1 - exp(-hazard), hazard .5 per day for 2 days.

    Source: Sellke 1983. Pass: exact binomial test, 2,000 runs. False alarm 6.3e-5.
    """
    (tmp_path / "people.csv").write_text("id,age,household\n0,40,0\n1,40,0\n")
    scenario = {
        "name": "pair",
        "time": {"tick": tick, "end": "6 days"},
        "city": {"people": "people.csv"},
        "pathogen": {
            "name": "pair",
            "infected": "ill",
            "states": {
                "susceptible": {"counts_as": "susceptible"},
                "ill": {"counts_as": "ill", "infectious": {"contact": 1}},
                "well": {"counts_as": "recovered"},
            },
            "transitions": [{"from": "ill", "to": "well", "after": "2 days"}],
            "routes": {"contact": {"mixing": "density", "rates": {"anywhere": "0.5 per day"}}},
        },
        "seeds": {"first": {"count": 1}},
    }
    loaded = hyosan.load(scenario).with_base(tmp_path)
    share_is(hyosan.replicate(loaded, seeds=range(2000), quantities=["infected"])["infected"].to_numpy() == 2, 0.6321205588, f"tick {tick}")


@pytest.mark.parametrize("tick", ["5 min", "1 h", "1 day"])
@pytest.mark.parametrize("ground", ["well mixed", "links"])
def test_who_turns_alone_bites_at_once(tick: str, ground: str) -> None:
    """Of two people one turns after an hour and bites twice an hour: the other is bitten after 1.5 h on average, at any tick.

    Source: the exponential law. Pass: 4 standard errors, 2,000 runs. False alarm 6.3e-5.
    """
    city = {"well_mixed": 2} if ground == "well mixed" else {"network": {"people": 2, "edges": [[0, 1]]}}
    scenario = {
        "name": "pair",
        "time": {"tick": tick, "end": "7 days"},
        "city": city,
        "pathogen": {
            "name": "pair",
            "infected": "bitten",
            "states": {
                "susceptible": {"counts_as": "susceptible"},
                "bitten": {"counts_as": "symptomless"},
                "turned": {"counts_as": "turned", "does": "still", "infectious": {"bite": 1}},
                "dead": {"counts_as": "dead"},
            },
            "transitions": [{"from": "bitten", "to": "turned", "after": "1 h"}],
            "routes": {
                "bite": {"mixing": "pair", "link": "none" if ground == "well mixed" else "pair", "fights": [{"bite": "2 per h", "kills_per_bite": 0}]}
            },
        },
        "seeds": {"first": {"count": 1}},
    }
    runs = hyosan.replicate(scenario, seeds=range(2000), quantities=["last_second"])
    mean_is(runs["last_second"].to_numpy() / 3600, 1.5, 0.5, f"{ground}, tick {tick}")
