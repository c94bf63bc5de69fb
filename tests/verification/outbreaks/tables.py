"""Writes what the scenarios of outbreaks need beside the records: the tables of the village, and the estimates that sources cite.

`python -m outbreaks.tables` in `tests/verification`; nothing in it is drawn by chance.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from . import data, estimate_hospitals, estimate_school, estimate_village

Rows = list[list[object]]
SMALLEST = 1 / 1024
"""Weights of links are counted in this unit: pairs that meet less are left out."""


@dataclass
class Table:
    """A file of the library's data."""

    name: str
    head: list[str]
    rows: Rows

    def text(self) -> str:
        """As CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows(self.rows)
        return out.getvalue()

    def write(self) -> None:
        (data.DATA / self.name).write_text(self.text(), encoding="utf-8")


def village(reach: float) -> list[Table]:
    """People, places, who belongs where, and links: how often any two children meet in the village, next door being 1."""
    child = data.village()
    roles = {estimate_village.SEEDS[0]: "first", estimate_village.SEEDS[1]: "second"}
    order = child.id.argsort()
    people: Rows = [[int(child.id[k]), int(child.age[k]), f"family {child.family[k]}", roles.get(int(child.id[k]), "child")] for k in order]
    classes = {1: "first class", 2: "second class"}
    member: Rows = [[int(child.id[k]), classes[int(child.grade[k])], "school"] for k in order if child.grade[k] > 0]
    weight = estimate_village.kernel(child, reach)
    links: Rows = [
        [int(child.id[a]), int(child.id[b]), f"{weight[a, b]:.3f}"] for x, a in enumerate(order) for b in order[x + 1 :] if weight[a, b] >= SMALLEST
    ]
    return [
        Table("hagelloch_people.csv", ["id", "age", "household", "role"], people),
        Table(
            "hagelloch_places.csv", ["id", "kind", "setting"], [["first class", "class", "first-class"], ["second class", "class", "second-class"]]
        ),
        Table("hagelloch_membership.csv", ["person", "place", "slot"], member),
        Table("hagelloch_contacts.csv", ["from", "to", "weight"], links),
    ]


HOSPITALS, PATIENTS, STAFF, VISITORS = 12, 150, 40, 60
"""A sketch: the hospitals of 2015 differ, and no table of their patients is public."""
MOVED = 6
"""Every sixth patient also goes to another hospital."""


def hospitals() -> list[Table]:
    """Patients who live in a ward (some go to the emergency room of another hospital too), staff who work there, visitors; their families."""
    people: Rows = []
    member: Rows = []
    number = 0
    for h in range(HOSPITALS):
        ward = f"hospital {h + 1}"
        for k in range(PATIENTS + STAFF + VISITORS):
            number += 1
            patient, staff = k < PATIENTS, PATIENTS <= k < PATIENTS + STAFF
            age = 30 + 7 * k % 60 if patient else 25 + 5 * k % 35
            role = "first" if number == 1 else "patient" if patient else "staff" if staff else "visitor"
            people.append([number, age, "" if patient else f"family {number}", ward if patient else "", role])
            if patient and k % MOVED == MOVED - 1:
                member.append([number, f"hospital {(h + 1 + k // MOVED % (HOSPITALS - 1)) % HOSPITALS + 1}", "leisure"])
            elif not patient:
                member.append([number, ward, "work" if staff else "leisure"])
                number += 1
                people.append([number, age, f"family {number - 1}", "", "family"])
    places: Rows = [[f"hospital {h + 1}", "hospital", "hospital"] for h in range(HOSPITALS)]
    return [
        Table("mers_korea_people.csv", ["id", "age", "household", "home", "role"], people),
        Table("mers_korea_places.csv", ["id", "kind", "setting"], places),
        Table("mers_korea_membership.csv", ["person", "place", "slot"], member),
    ]


def estimates(school: estimate_school.Estimate, child: estimate_village.Estimate, hospital: estimate_hospitals.Estimate) -> Table:
    """What is estimated, to the digits that the scenarios use."""
    days, pairs = "boys in bed on 22, 24, ... January 1978", "children of Hagelloch with odd case numbers"
    rows: Rows = [
        ["school-rate", "rate of infection by one boy", f"{school.rate:.2f}", "per day", days],
        ["school-start", "first infections, after the start of 18 January", f"{24 * (school.start + 4):.1f}", "h", days],
        ["school-bed", "mean stay in bed", f"{school.bed:.2f}", "days", days],
        ["hagelloch-home", "rate of infection at home, of each pair", f"{child.home:.3f}", "per day", pairs],
        ["hagelloch-first-class", "the same in the first class", f"{child.first_class:.2f}", "per day", pairs],
        ["hagelloch-second-class", "the same in the second class", f"{child.second_class:.3f}", "per day", pairs],
        ["hagelloch-village", "the same in the village, next door", f"{child.village:.4f}", "per day", pairs],
        ["hagelloch-reach", "distance at which it is 1/e of that", f"{child.reach:.0f}", "metres", pairs],
        ["hagelloch-up", "share not in bed before the rash", f"{100 * child.up:.1f}", "%", pairs],
        ["hagelloch-incubation-mean", "infection to prodromes, mean", f"{child.incubation_mean:.2f}", "days", pairs],
        ["hagelloch-incubation-sd", "infection to prodromes, standard deviation", f"{child.incubation_sd:.2f}", "days", pairs],
        ["hagelloch-rash-mean", "prodromes to rash, mean", f"{child.to_rash_mean:.2f}", "days", pairs],
        ["hagelloch-rash-sd", "prodromes to rash, standard deviation", f"{child.to_rash_sd:.2f}", "days", pairs],
        ["mers-rate", "rate of infection by one ill person in a hospital", f"{hospital.rate:.3f}", "per day", "links to cases with odd numbers"],
        ["mers-hospital-k", "shape of the offspring distribution", f"{hospital.k:.3f}", "", "links to cases with odd numbers"],
    ]
    return Table("outbreak_estimates.csv", ["id", "quantity", "value", "unit", "from"], rows)


def main() -> None:
    child = estimate_village.estimate()
    for table in [*village(child.reach), *hospitals(), estimates(estimate_school.estimate(), child, estimate_hospitals.estimate())]:
        table.write()


if __name__ == "__main__":
    main()
