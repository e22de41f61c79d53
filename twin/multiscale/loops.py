"""The loops that close across scales: each cut, before and after.

Saturable binding to VKORC1 draws on the organs' drug; vitamin K is used a hundred
times a day because it is recycled; thrombin makes its own brake.  What a loop is
worth is what changes when it is cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import inr
from twin.engine.simulate import Engine
from twin.errors import NumericsError
from twin.individualise import Individual
from twin.library import Library
from twin.multiscale.clotting_ensemble import prothrombin_ratios
from twin.multiscale.clotting_network import LoopCut, cut_protein_c_loop
from twin.multiscale.prothrombin_law import Levels, levels_of_course
from twin.multiscale.tube import Tube
from twin.multiscale.whole_model import TIGHT, altered, course, value
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

# A share of a pool or a rate that is as good as none, yet divides.
_NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CoursesCut:
    """The same regimen with a loop closed and with it cut.

    closed, cut   output -> float64[time]
    """

    times_h: Floats
    closed: Mapping[str, Floats]
    cut: Mapping[str, Floats]

    def time_of_largest_change(self, output: str) -> int:
        """Index of the time at which the two differ most."""
        return int(np.argmax(np.abs(self.cut[output] - self.closed[output])))

    def largest_change(self, output: str) -> float:
        """Largest difference over time, in the output's unit, signed cut - closed."""
        at = self.time_of_largest_change(output)
        return float(self.cut[output][at] - self.closed[output][at])


@dataclass(frozen=True, slots=True, eq=False)
class RecyclingCut:
    """The cycle with VKORC1, and with the bypass alone.

    courses          x, VK__phi, factors and INR
    turns_per_day    how often a molecule of vitamin K is used before it is lost
    """

    courses: CoursesCut
    turns_per_day: float


@dataclass(frozen=True, slots=True, eq=False)
class ScaleLoops:
    """Every loop of one patient, closed and cut.

    target       the drug's binding to VKORC1, along a therapy
    recycling    vitamin K's, without the drug
    thrombin     thrombin's brake, in the plasma without the drug and at therapy
    """

    target: CoursesCut
    recycling: RecyclingCut
    thrombin: tuple[LoopCut, LoopCut]


TARGET_OUTPUTS = ("S_plasma", "R_plasma", "I", "INR")
CYCLE_OUTPUTS = ("x", "VK__phi", "VK__KH2", "F__II", "F__VII", "F__X")


def scale_loops(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    *,
    clotting: Tube,
    generation: Tube,
    engine: Engine,
    bypass_h: float = 72.0,
) -> ScaleLoops:
    """Every loop, along a therapy from time 0.

    Args:
        clotting: the prothrombin time test.
        generation: the thrombin generation test.
        bypass_h: how long vitamin K is left to the bypass.
    """
    last = max(dose.time_h for dose in regimen.doses)
    return ScaleLoops(
        cut_target_loop(
            individual,
            library,
            regimen,
            np.arange(0.0, last + HOURS_PER_DAY, 6.0),
            engine=engine,
        ),
        cut_recycling_loop(
            individual,
            library,
            Regimen(),
            np.arange(0.0, bypass_h + 1.0, 3.0),
            tube=clotting,
            engine=engine,
        ),
        (
            cut_thrombin_loop(
                plasma_at(individual, library, regimen, 0.0, engine=engine),
                tube=generation,
            ),
            cut_thrombin_loop(
                plasma_at(individual, library, regimen, last, engine=engine),
                tube=generation,
            ),
        ),
    )


def cut_target_loop(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    engine: Engine,
) -> CoursesCut:
    """VKORC1 inhibited as before, but holding next to none of the drug.

    The pool is made vanishingly small; I = occupied/free does not depend on its
    size, only on the unbound drug, which now lacks nothing.
    """
    pool = value(individual, library, "VKORC1_reference")
    cut = altered(individual, {"VKORC1_reference": pool * _NEXT_TO_NOTHING})
    return _courses(
        (individual, cut), library, regimen, times_h, TARGET_OUTPUTS, engine
    )


def cut_recycling_loop(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    tube: Tube,
    engine: Engine,
) -> RecyclingCut:
    """Vitamin K reduced by the warfarin-insensitive bypass alone, from time 0.

    VKORC1's capacity is taken away; as a binding place for the drug it stays.

    Args:
        tube: of the prothrombin time test, for plasmas beyond the surrogate.

    Raises: NumericsError once a plasma does not clot any more.
    """
    capacity = value(individual, library, "VKORC1_capacity")
    pool = value(individual, library, "VKORC1_reference")
    cut = altered(
        individual,
        {
            "VKORC1_capacity": capacity * _NEXT_TO_NOTHING,
            "VKORC1_reference": pool / _NEXT_TO_NOTHING,
        },
    )
    courses = _courses(
        (individual, cut), library, regimen, times_h, CYCLE_OUTPUTS, engine
    )
    closed_inr, cut_inr = (
        _inr(
            levels_of_course(who, library, regimen, times_h, engine=engine),
            who,
            library,
            tube,
        )
        for who in (individual, cut)
    )
    used = value(individual, library, "VK__D") * float(courses.closed["VK__phi"][0])
    forms = ("VK__K_start", "KH2_start", "VK__KO_start")
    stock = sum(value(individual, library, form) for form in forms)
    return RecyclingCut(
        CoursesCut(
            courses.times_h,
            {**courses.closed, "INR": closed_inr},
            {**courses.cut, "INR": cut_inr},
        ),
        used / stock * HOURS_PER_DAY,
    )


def cut_thrombin_loop(levels: Levels, *, tube: Tube) -> LoopCut:
    """Thrombin in the patient's plasma with protein C's brake, and without.

    Args:
        levels: one plasma; with `PC` and `PS` beside the surrogate's factors.
        tube: of the thrombin generation test.
    """
    return cut_protein_c_loop(
        plasma_of(levels),
        integrate=tube,
        threshold_nmol_s_per_l=tube.threshold_nmol_s_per_l,
    )


def plasma_of(levels: Levels) -> dict[str, float]:
    """One plasma as the clotting tests take it; the last where there are several."""
    names = {"PC": "protein_C", "PS": "protein_S"}
    return {
        f"level_{names.get(name, name)}": float(np.ravel(level)[-1])
        for name, level in levels.items()
    }


def plasma_at(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    at_h: float,
    *,
    engine: Engine,
) -> Levels:
    """The patient's plasma at a time, protein C and S included."""
    inhibitors = ("PC", "PS")
    found = course(
        individual,
        library,
        regimen,
        [at_h],
        outputs=[f"F__{name}_relative" for name in inhibitors],
        engine=engine,
    )
    return {
        **levels_of_course(individual, library, regimen, [at_h], engine=engine),
        **{name: found[f"F__{name}_relative"] for name in inhibitors},
    }


def _courses(
    who: tuple[Individual, Individual],
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    outputs: tuple[str, ...],
    engine: Engine,
) -> CoursesCut:
    closed, cut = (
        course(
            individual,
            library,
            regimen,
            times_h,
            outputs=outputs,
            engine=engine,
            tolerance=TIGHT,
        )
        for individual in who
    )
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    return CoursesCut(times, closed, cut)


def _inr(
    levels: Levels, individual: Individual, library: Library, tube: Tube
) -> Floats:
    """float64[time], by the network where the surrogate may not speak."""
    ratio = prothrombin_ratios(
        tube.spec, levels, surrogate=library.surrogate, engine=tube.engine
    ).ratio
    if n_fluid := int(np.sum(np.isnan(ratio))):
        raise NumericsError(
            f"{n_fluid} of {ratio.size} plasmas do not clot in the tube and have no "
            "INR; look at the levels of their factors"
        )
    return inr(ratio, value(individual, library, "PT__ISI"))
