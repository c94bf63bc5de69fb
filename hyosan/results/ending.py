"""How a run ended, in numbers: every resident is in exactly one class. Checked here, told by the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from hyosan.errors import RunFolderError, SelfCheckError
from hyosan.quantities import FIGURES
from hyosan.units import DAY_SECONDS


@dataclass(frozen=True)
class Alive:
    """Residents alive at the end who are not turned, in the city, the quarantine or beyond."""

    human: int = 0
    symptomless: int = 0
    """Infected, and nothing shows."""
    half_turned: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.human + self.symptomless + self.half_turned


@dataclass(frozen=True)
class Struck:
    """People killed in strikes, by what they were."""

    turned_or_ill: int = 0
    symptomless: int = 0
    not_infected: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.turned_or_ill + self.symptomless + self.not_infected


@dataclass(frozen=True)
class Ending:
    """The ending's figures, in people unless said otherwise."""

    residents: int
    alive: Alive = Alive()
    killed_in_strikes: Struck = Struck()
    reported_killed_in_strikes: Struck = Struck()
    """As the authorities counted them; `killed_in_strikes` is the truth."""
    killed_otherwise: int = 0
    """Everybody else who died: in fights, in sweeps, of the disease."""
    turned_at_large: int = 0
    held_infected: int = 0
    """Turned ones in custody."""
    missing: int = 0
    """No body found, and not seen alive."""
    strikes: int = 0
    """Number of strikes."""
    martial_law_days: float = 0.0
    """Days under martial law; 0 = never declared."""
    in_quarantine: int = 0
    """Of those alive, how many are held in the quarantine at the end."""
    ever_infected: int = 0
    """People infected at least once, seeds included."""
    reached_beyond: int = 0
    """Arrivals of infected people beyond the city."""
    outbreaks_beyond: int = 0
    """Places beyond the city where an outbreak began."""

    @property
    def dead(self) -> int:
        """Everybody known to the truth as dead."""
        return self.killed_in_strikes.total + self.killed_otherwise

    def check(self) -> None:
        """Raise SelfCheckError unless no figure is negative and the classes add up to the residents."""
        for name, value in _flat(asdict(self)):
            if value < 0:
                raise SelfCheckError(f"ending: {name} is {value}; no count can be negative. This is a bug in hyosan.")
        classes = {
            "alive": self.alive.total,
            "killed in strikes": self.killed_in_strikes.total,
            "killed otherwise": self.killed_otherwise,
            "turned at large": self.turned_at_large,
            "held": self.held_infected,
            "missing": self.missing,
        }
        if sum(classes.values()) != self.residents:
            shown = " + ".join(f"{value} {name}" for name, value in classes.items())
            raise SelfCheckError(f"ending: {shown} = {sum(classes.values())}, but there are {self.residents} residents. This is a bug in hyosan.")
        for name, part in (("ever infected", self.ever_infected), ("in quarantine", self.in_quarantine)):
            if part > self.residents:
                raise SelfCheckError(f"ending: {part} {name} of {self.residents} residents. This is a bug in hyosan.")

    def figures(self, end_second: int) -> dict[str, float]:
        """The figures by name, those of `quantities.FIGURES`."""
        own = {
            "alive": self.alive.total, "dead": self.dead, "killed_in_strikes": self.killed_in_strikes.total,
            "killed_in_strikes_not_infected": self.killed_in_strikes.not_infected, "days": end_second / DAY_SECONDS,
        }  # fmt: skip
        return {name: own[name] if name in own else getattr(self, name) for name in FIGURES}

    def to_json(self) -> dict[str, Any]:
        """The figures as nested plain numbers, for the manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, figures: Any) -> Ending:
        """The ending that `to_json` wrote. Raises RunFolderError: a figure is missing, unknown or not a number."""
        try:
            given = dict(figures)
            if set(given) != {field.name for field in fields(cls)}:
                raise ValueError("figures missing or unknown")
            for name, part in (("alive", Alive), ("killed_in_strikes", Struck), ("reported_killed_in_strikes", Struck)):
                given[name] = part(**given[name])
            ending = cls(**given)
            if any(isinstance(value, bool) or not isinstance(value, int | float) for _, value in _flat(asdict(ending))):
                raise ValueError("a figure is not a number")
            return ending
        except (TypeError, ValueError, KeyError) as error:
            raise RunFolderError(f"manifest.json: ending: {error}. The file is damaged or from another version of hyosan.") from error


def _flat(figures: dict[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in figures.items():
        found += [(f"{name}.{part}", number) for part, number in value.items()] if isinstance(value, dict) else [(name, value)]
    return found
