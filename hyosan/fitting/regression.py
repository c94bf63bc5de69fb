"""Approximate Bayesian computation on a table of draws: scale, distance, the nearest share, and the local-linear adjustment.

Everything is arrays; nothing here knows what a scenario is. Parameters are given as scores, on the scale on which the prior of each is
standard normal (of a lognormal prior its logarithm, of a uniform one the probit of its place), so that no adjustment leaves a prior's range.

Sources: Beaumont, Zhang & Balding 2002, doi:10.1093/genetics/162.4.2025 (nearest share, Epanechnikov weights, local-linear regression);
Fearnhead & Prangle 2012, doi:10.1111/j.1467-9868.2011.01010.x (predictions of the parameters as summaries).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAD_TO_SD = 1.4826
"""The standard deviation of a normal law in units of its median absolute deviation."""
ROOM = 10
"""Accepted draws for each summary that the regression needs; with fewer, summaries are replaced by predictions of the parameters."""
PILOT = 10
"""So many times the accepted draws, the nearest ones, are what the predictions are learned from."""
FOLDS = 5
"""Parts in which predictions are learned, each from the others."""
LEAST = 20
"""Accepted draws at least, and 5 for each number that the regression estimates."""


class Posterior(NamedTuple):
    """What a table says of one observation."""

    rows: NDArray[np.int64]
    """Rows of the table that are accepted, the nearest first."""
    distances: Floats
    weights: Floats
    """Of each accepted row, between 0 and 1 (Epanechnikov)."""
    scores: Floats
    """[accepted, parameters] as drawn."""
    adjusted: Floats
    """[accepted, parameters] moved along the regression to where the summaries are those observed."""
    reduced: bool
    """Whether predictions of the parameters stood for the summaries."""
    used: NDArray[np.bool_]
    """[summaries] those that differ between draws at all."""

    def quantiles(self, shares: Floats) -> Floats:
        """[shares, parameters] quantiles of the adjusted scores."""
        return np.stack([weighted_quantiles(column, self.weights, shares) for column in self.adjusted.T], axis=1)

    def mean(self) -> Floats:
        """[parameters] means of the adjusted scores."""
        found: Floats = np.average(self.adjusted, axis=0, weights=self.weights)
        return found

    def correlation(self) -> Floats:
        """[parameters, parameters] correlations of the adjusted scores; 0 where one does not vary."""
        off = self.adjusted - self.mean()
        covariance = (off * self.weights[:, None]).T @ off
        size = np.sqrt(np.diag(covariance))
        size[size == 0] = np.inf
        found: Floats = covariance / np.outer(size, size)
        return found

    @property
    def effective(self) -> float:
        """How many equally weighted draws the weights are worth (Kish)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())


def spread(summaries: Floats) -> Floats:
    """[summaries] robust spread over the draws: the median absolute deviation in units of a normal law's sd.

    Where more than half of the draws are equal it is the standard deviation, and 0 where all are.
    """
    off = np.abs(summaries - np.median(summaries, axis=0))
    found: Floats = MAD_TO_SD * np.median(off, axis=0)
    return np.where(found > 0, found, summaries.std(axis=0))


def infer(scores: Floats, summaries: Floats, observed: Floats, weights: Floats, accepted: int, reduce: bool | None = None) -> Posterior:
    """The posterior of one observation.

    scores: [draws, parameters]; summaries: [draws, summaries]; observed, weights: [summaries]; accepted: how many draws are taken;
    reduce: replace summaries by predictions of the parameters (None: if there are fewer than `ROOM` accepted draws for each summary).
    """
    scale = spread(summaries)
    used = (scale > 0) & (weights > 0)
    x: Floats = summaries[:, used] / scale[used] * weights[used]
    y: Floats = observed[used] / scale[used] * weights[used]
    reduced = needs_reducing(int(used.sum()), accepted) if reduce is None else reduce
    if reduced and used.any():
        pilot = _nearest(x, y, PILOT * accepted)[0]
        x, y = _predicted(x, y, scores, pilot)
    rows, distances, width = _nearest(x, y, accepted)
    kernel = 1 - (distances / width) ** 2 if width > 0 else np.ones(len(rows))
    chosen = scores[rows]
    return Posterior(rows, distances, kernel, chosen, adjust(chosen, x[rows] - y, kernel), reduced, used)


def needs_reducing(summaries: int, accepted: int) -> bool:
    """Whether so few accepted draws cannot carry a regression on so many summaries."""
    return summaries * ROOM > accepted


def least_accepted(summaries: int, parameters: int, reduce: bool | None) -> int:
    """How many draws must at least be accepted."""
    fewest = summaries if reduce is False else parameters if reduce else min(summaries, parameters)
    return max(LEAST, 5 * (fewest + 1))


def adjust(scores: Floats, off: Floats, kernel: Floats) -> Floats:
    """Scores moved along the weighted linear regression of them on `off`, the summaries minus those observed: [draws, summaries].

    What is left over is widened by what a regression on so few draws hides: residuals are smaller than errors, by the degrees of freedom that
    the slopes take, and the fitted value at the data is itself uncertain. Without it 90 % intervals hold some 84 % of truths where ten numbers are
    estimated from a hundred draws.
    """
    if not off.shape[1]:
        return scores
    root = np.sqrt(kernel)[:, None]
    design = np.hstack([np.ones((len(off), 1)), off])
    solve = np.linalg.pinv(design * root, rcond=1e-10) * root.T  # [numbers estimated, draws]
    estimated = solve @ scores
    left = scores - design @ estimated
    own = (design * solve.T).sum(axis=1)
    shrunk = 1 - 2 * own + ((design @ (solve @ solve.T)) * design).sum(axis=1)  # variance of each residual, in that of an error
    hidden = kernel.sum() / max(float(kernel @ shrunk), 0.05 * float(kernel.sum()))
    found: Floats = estimated[0] + left * np.sqrt(hidden * (1 + float((solve[0] ** 2).sum())))
    return found


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Quantiles of weighted values, by interpolation between the middles of their shares."""
    values, weights = values[weights > 0], weights[weights > 0]
    order = np.argsort(values, kind="stable")
    held = weights[order]
    places = (np.cumsum(held) - held / 2) / held.sum()
    found: Floats = np.interp(shares, places, values[order])
    return found


def _nearest(x: Floats, y: Floats, count: int) -> tuple[NDArray[np.int64], Floats, float]:
    """The rows nearest to `y`, their distances, and the width of the kernel: the distance of the first row that is not taken."""
    distance = np.sqrt(((x - y) ** 2).sum(axis=1))
    order = np.argsort(distance, kind="stable")
    rows = order[:count]
    width = float(distance[order[count]]) if count < len(order) else float(distance[rows[-1]]) * (1 + 1 / count)
    if width <= float(distance[rows[-1]]):  # ties at the edge: they keep a weight
        width = float(distance[rows[-1]]) * (1 + 1 / count)
    return rows, distance[rows], width


def _predicted(x: Floats, y: Floats, scores: Floats, pilot: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Predictions of the parameters in place of the summaries of each draw and of the data, learned from the rows of `pilot`.

    No draw is predicted by what was learned from itself, else its prediction would be nearer to it than that of data can be.
    """
    fold = np.full(len(x), -1)
    fold[pilot] = np.arange(len(pilot)) % FOLDS
    parts = [_Projection(x[rows], scores[rows]) for rows in (pilot[fold[pilot] != number] for number in range(FOLDS))]
    every = np.stack([part(x) for part in parts])
    found = every.mean(axis=0)
    found[pilot] = every[fold[pilot], pilot]
    return found, np.mean([part(y[None])[0] for part in parts], axis=0)


class _Projection:
    """Ridge regression of the scores on summaries; its penalty by generalized cross-validation (Golub, Heath & Wahba 1979)."""

    def __init__(self, x: Floats, scores: Floats) -> None:
        self.middle, centre = x.mean(axis=0), scores.mean(axis=0)
        centred, target = x - self.middle, scores - centre
        squares, self.v = np.linalg.eigh(centred.T @ centred)  # a tenth of the work of singular values, and exact enough under a penalty
        keep = squares > 1e-10 * max(squares.max(initial=0.0), 1e-300)
        size, self.v = np.sqrt(squares[keep]), self.v[:, keep]
        z = (self.v.T @ (centred.T @ target)) / size[:, None]
        n, rest = len(x), (target**2).sum(axis=0) - (z**2).sum(axis=0)
        best: tuple[Floats, NDArray[np.float64]] | None = None
        for penalty in n * 10.0 ** np.arange(-6, 3):
            shrunk = size**2 / (size**2 + penalty)
            lost = rest + (((1 - shrunk)[:, None] * z) ** 2).sum(axis=0)
            told = lost / (1 - (shrunk.sum() + 1) / (n + 1)) ** 2
            slopes = (shrunk / size)[:, None] * z
            if best is None:
                best = told, slopes
            else:
                better = told < best[0]
                best = np.where(better, told, best[0]), np.where(better, slopes, best[1])
        assert best is not None
        self.slopes = best[1]

    def __call__(self, x: Floats) -> Floats:
        found: Floats = (x - self.middle) @ (self.v @ self.slopes)
        return found
