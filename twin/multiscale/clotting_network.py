"""The in-vitro clotting network, asked for one plasma at a time.

Where the surrogate may not speak, this does.  Knows neither engine nor file: the
caller hands over a function that integrates the network.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate, prothrombin_ratio
from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats

Plasma = Mapping[str, float]
"""SBML ids of a clotting test -> values, e.g. level_II; the rest stays normal."""

Piece = tuple[Floats, Floats, Floats]
"""time s, integral of fibrin nM·s, thrombin nM; each of shape [time]."""

Integrate = Callable[[Plasma], Iterable[Piece]]
"""Integrates a test piece by piece from mixing, as far as it is asked to.

A generator: what is not asked for is not computed.  The first time is 0, times rise,
and the first point of a piece may repeat the last of the piece before.
"""

PROTEIN_C_SWITCH = "protein_C_activation"


@dataclass(frozen=True, slots=True)
class ThrombinCurve:
    """What a run of the network shows.

    clotting_time_s is None where no clot is seen within the time of the run.
    """

    clotting_time_s: float | None
    peak_nmol_per_l: float
    time_to_peak_s: float
    area_nmol_s_per_l: float  # the endogenous thrombin potential


@dataclass(frozen=True, slots=True)
class LoopCut:
    """The same plasma with the thrombin - protein C - protein S loop and without."""

    closed: ThrombinCurve
    cut: ThrombinCurve

    @property
    def peak_ratio(self) -> float:
        """How many times higher thrombin rises once the loop is cut."""
        return self.cut.peak_nmol_per_l / self.closed.peak_nmol_per_l

    @property
    def area_ratio(self) -> float:
        """How many times more thrombin is seen once the loop is cut."""
        return self.cut.area_nmol_s_per_l / self.closed.area_nmol_s_per_l


@dataclass(frozen=True, slots=True)
class SurrogateError:
    """The surrogate against the network, as relative errors of the PT."""

    root_mean_square: float
    worst: float
    n_runs: int


def clotting_time_s(
    plasma: Plasma, *, integrate: Integrate, threshold_nmol_s_per_l: float
) -> float | None:
    """When the integral of fibrin reaches the threshold; None if it never does.

    Integrates piece by piece and stops at the crossing.  Within the step the
    logarithm of the integral is interpolated, since it grows almost exponentially.

    Source: Wajima, Isbister & Duffull (2009), Clin Pharmacol Ther 86:290: a clot is
    seen at 1500 nM·s.
    """
    for time_s, fibrin_nmol_s_per_l, _ in integrate(plasma):
        if fibrin_nmol_s_per_l[-1] >= threshold_nmol_s_per_l:
            return _crossing(time_s, fibrin_nmol_s_per_l, threshold_nmol_s_per_l)
    return None


def thrombin_curve(
    plasma: Plasma, *, integrate: Integrate, threshold_nmol_s_per_l: float
) -> ThrombinCurve:
    """The whole run: clotting time, peak of thrombin and area under it."""
    pieces = list(integrate(plasma))
    time_s, fibrin_nmol_s_per_l, thrombin_nmol_per_l = (
        np.concatenate([piece[i] for piece in pieces]) for i in range(3)
    )
    clots = bool(fibrin_nmol_s_per_l[-1] >= threshold_nmol_s_per_l)
    peak = int(np.argmax(thrombin_nmol_per_l))
    return ThrombinCurve(
        _crossing(time_s, fibrin_nmol_s_per_l, threshold_nmol_s_per_l)
        if clots
        else None,
        float(thrombin_nmol_per_l[peak]),
        float(time_s[peak]),
        float(np.trapezoid(thrombin_nmol_per_l, time_s)),
    )


def cut_protein_c_loop(
    plasma: Plasma, *, integrate: Integrate, threshold_nmol_s_per_l: float
) -> LoopCut:
    """What thrombin does with its own brake, and without.

    Thrombin bound to thrombomodulin activates protein C, which with protein S
    destroys the cofactors Va and VIIIa.  The cut stops the activation alone, so
    that thrombomodulin goes on holding thrombin in both runs.
    """
    closed, cut = (
        thrombin_curve(
            {**plasma, PROTEIN_C_SWITCH: share},
            integrate=integrate,
            threshold_nmol_s_per_l=threshold_nmol_s_per_l,
        )
        for share in (1.0, 0.0)
    )
    return LoopCut(closed, cut)


def prothrombin_ratio_by_network(
    levels: Mapping[str, npt.ArrayLike],
    *,
    normal_time_s: float,
    integrate: Integrate,
    threshold_nmol_s_per_l: float,
) -> Floats:
    """PT ratio of each plasma by the full network, shape of the levels.

    Raises: NumericsError naming the first plasma that does not clot.
    """
    names = tuple(levels)
    columns = np.broadcast_arrays(*(np.asarray(levels[n], float) for n in names))
    ratios = np.empty(columns[0].shape)
    for index in np.ndindex(ratios.shape):
        plasma = {
            f"level_{name}": float(column[index])
            for name, column in zip(names, columns, strict=True)
        }
        time_s = clotting_time_s(
            plasma, integrate=integrate, threshold_nmol_s_per_l=threshold_nmol_s_per_l
        )
        if time_s is None:
            raise NumericsError(f"no clot in the time of the run, plasma {plasma}")
        ratios[index] = time_s / normal_time_s
    return ratios


def surrogate_error(
    levels: Mapping[str, npt.ArrayLike],
    *,
    surrogate: ProthrombinSurrogate,
    integrate: Integrate,
    threshold_nmol_s_per_l: float,
) -> SurrogateError:
    """How far the surrogate is from the network on these plasmas, inside its domain.

    The number that decides, for the levels a patient passes through, whether the
    surrogate may stand for the network.
    """
    network = prothrombin_ratio_by_network(
        {name: levels[name] for name in surrogate.factors},
        normal_time_s=surrogate.normal_time_s,
        integrate=integrate,
        threshold_nmol_s_per_l=threshold_nmol_s_per_l,
    )
    relative = prothrombin_ratio(levels, surrogate=surrogate) / network - 1.0
    return SurrogateError(
        float(np.sqrt(np.mean(relative**2))),
        float(np.max(np.abs(relative))),
        relative.size,
    )


def _crossing(time_s: Floats, integral: Floats, threshold: float) -> float:
    after = int(np.argmax(integral >= threshold))
    before = after - 1
    if after == 0 or integral[before] <= 0:
        return float(time_s[after])
    share = np.log(threshold / integral[before]) / np.log(
        integral[after] / integral[before]
    )
    return float(time_s[before] + share * (time_s[after] - time_s[before]))
