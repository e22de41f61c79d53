"""Stable doses of a population, and how each follows the population's parameters.

The chain at rest of `calibration.stable_doses`, arranged for a sampler that asks for
thousands of patients and their derivatives tens of thousands of times: what patients
share is solved once for all who share it, and slopes follow from the balances.  The
swing of a day moves a dose by one or two per cent; that part is taken at the centre
and held (`swing`), and the record says what this costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.coagulation.factors import FactorSynthesis
from twin.coagulation.ratio_keeping import ratio_keeping
from twin.coagulation.vitamin_k_cycle import (
    VitaminKCycle,
    inhibition_for,
    steady_state,
)
from twin.credibility.calibration.stable_doses import StableDoses, predict_doses
from twin.individualise import individualise
from twin.inference.levers import STARTS, Levers, levers_of
from twin.intake.ask import reference_patient
from twin.library import Library
from twin.physiology.body_size import body_surface_m2
from twin.units import HOURS_PER_DAY
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter

Integers = npt.NDArray[np.int64]

# The drug's balance is made of these, as logarithms: rates of the whole liver.
_VM_A, _VM_B, _KM_A, _KM_B, _LINEAR_S, _LINEAR_R, _KI_S, _KI_R = range(8)
_LIVER = [_VM_A, _VM_B, _LINEAR_S, _LINEAR_R]  # in proportion to its working mass
_COLUMNS = 8
_NEWTON_STEPS = 12
_CLOSE = 1e-12
_STEP = 1e-6  # of a difference quotient of balances solved to the last bits


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """Typical doses at one point, and their slopes in factored form.

    ln_mg_per_day  float64[patient]
    by_column      float64[patient, column], d ln dose / d ln of the balance's columns
    by_wanted      float64[patient], d ln dose / d ln of the inhibition wanted
    wanted         float64[combination, known], d ln of the inhibition wanted / dx
    columns        float64[group, column, known]
    """

    ln_mg_per_day: Floats
    by_column: Floats
    by_wanted: Floats
    wanted: Floats
    columns: Floats


@dataclass(frozen=True, slots=True, eq=False)
class DoseModel:
    """Patients with a stable dose, ready to be asked at any point x.

    observed       float64[patient], ln mg/day
    sites          int64[patient], into `site_names`
    group          int64[patient], who shares genes and medicines
    combination    int64[patient], who shares the inhibition wanted
    effects        float64[patient, effect], d ln dose / dz at the centre
    swing          float64[patient], what the day's swing adds to ln dose at the centre
    """

    known: tuple[FreeParameter, ...]
    observed: Floats
    sites: Integers
    site_names: tuple[str, ...]
    group: Integers
    combination: Integers
    _columns: tuple[Floats, Floats, Floats]
    _cycle: "_Cycle"
    _kidney: tuple[float, float]
    _per_mg: tuple[float, float]
    _surface: Floats
    _years: Floats
    _exponent: int
    _loss: int
    _size: tuple[float, float]
    effects: Floats
    swing: Floats

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.observed)

    def at(self, x: Floats) -> Doses:
        """Typical doses and their slopes.

        Args:
            x: float64[known], logarithm over the point estimates.

        A patient whom no dose serves has a NaN.
        """
        centre, slope, bend = self._columns
        logarithms = centre + slope @ x + bend @ (x * x)
        columns = slope + 2.0 * bend * x
        wanted, wanted_slopes = self._cycle.wanted(x)
        own = logarithms[self.group]
        own[:, _LIVER] += self._liver(x)[:, None]
        ln_dose, by_column, by_wanted = _dose(
            own, np.log(wanted)[self.combination], self._kidney, self._per_mg
        )
        return Doses(ln_dose + self.swing, by_column, by_wanted, wanted_slopes, columns)

    def pulled_back(self, doses: Doses, x: Floats, weights: Floats) -> Floats:
        """Sum over patients of weight times d ln dose / dx, float64[known].

        Args:
            doses: from `at`, at the same x.
            weights: float64[patient].
        """
        by_group = np.zeros((len(doses.columns), _COLUMNS))
        weighted = weights[:, None] * doses.by_column
        np.add.at(by_group, self.group, weighted)
        by_combination = np.bincount(
            self.combination, weights * doses.by_wanted, len(doses.wanted)
        )
        pulled = np.einsum("gc,gck->k", by_group, doses.columns)
        pulled += by_combination @ doses.wanted
        of_liver = weighted[:, _LIVER].sum(axis=1)
        exponent, loss = self._liver_slopes(x)
        pulled[self._exponent] += of_liver @ exponent
        pulled[self._loss] += of_liver @ loss
        return np.asarray(pulled)

    def slopes(self, doses: Doses, x: Floats) -> Floats:
        """d ln dose / dx of every patient, float64[patient, known]."""
        found = np.einsum("pc,pck->pk", doses.by_column, doses.columns[self.group])
        found += doses.by_wanted[:, None] * doses.wanted[self.combination]
        of_liver = doses.by_column[:, _LIVER].sum(axis=1)
        exponent, loss = self._liver_slopes(x)
        found[:, self._exponent] += of_liver * exponent
        found[:, self._loss] += of_liver * loss
        return np.asarray(found)

    def _liver(self, x: Floats) -> Floats:
        """ln of the working liver over a young one of the reference's surface."""
        exponent, loss = self._size_at(x)
        return np.asarray(exponent * self._surface + np.log1p(-loss * self._years))

    def _liver_slopes(self, x: Floats) -> tuple[Floats, Floats]:
        exponent, loss = self._size_at(x)
        lost = loss * self._years
        return exponent * self._surface, -lost / (1.0 - lost)

    def _size_at(self, x: Floats) -> tuple[float, float]:
        exponent, loss = self._size
        return exponent * np.exp(x[self._exponent]), loss * np.exp(x[self._loss])


@dataclass(frozen=True, slots=True, eq=False)
class _Cycle:
    """The inhibition wanted by each combination of target gene and INR.

    logarithms   float64[gene, name], of the constants the cycle and factors are made of
    slopes       float64[gene, known, name]; bends likewise
    moving       int64[moved], the known that move any of them
    """

    library: Library
    names: tuple[str, ...]
    values: Floats
    slopes: Floats
    bends: Floats
    moving: Integers
    gene: Integers
    inr: Floats

    def wanted(self, x: Floats) -> tuple[Floats, Floats]:
        """I of each combination, and d ln I/dx, [combination], [combination, known]."""
        n_moved = len(self.moving)
        points = np.tile(x, (1 + n_moved, 1))
        points[1 + np.arange(n_moved), self.moving] += _STEP
        # [gene, point, name]
        factor = np.exp(points @ self.slopes + (points * points) @ self.bends)
        values = self.values[:, None, :] * factor
        rows = values[self.gene]  # [combination, point, name]
        shape = rows.shape[:2]
        flat = rows.reshape(-1, len(self.names))
        parameters: dict[str, npt.ArrayLike] = {
            **self.library.spec.constants,
            **{name: flat[:, place] for place, name in enumerate(self.names)},
        }
        cycle = VitaminKCycle.of(
            {**parameters, "VK__capacity": parameters["VKORC1_capacity"]}
        )
        ratio = self._ratio(cycle, parameters, np.repeat(self.inr, shape[1]))
        found = np.log(inhibition_for(cycle, ratio)).reshape(shape)
        slopes = np.zeros((shape[0], len(x)))
        slopes[:, self.moving] = (found[:, 1:] - found[:, :1]) / _STEP
        return np.exp(found[:, 0]), slopes

    def _ratio(
        self,
        cycle: VitaminKCycle,
        parameters: dict[str, npt.ArrayLike],
        inr: Floats,
    ) -> Floats:
        """x = KH2/Kc wanted; alike for all who share factors and INR, solved once."""
        synthesis = FactorSynthesis.of(parameters, reference=cycle.reference_ratio)
        surrogate = self.library.surrogate
        supplied = {name: parameters[f"PT__{name}"] for name in surrogate.supplied}
        own = np.stack(
            [
                np.broadcast_to(np.asarray(column, dtype=np.float64), inr.shape)
                for column in (
                    inr,
                    *synthesis.shared,
                    *synthesis.relative_kc.values(),
                    *supplied.values(),
                )
            ],
            axis=1,
        )
        _, first, back = np.unique(own, axis=0, return_index=True, return_inverse=True)

        def once(column: npt.ArrayLike) -> Floats:
            return np.broadcast_to(np.asarray(column, np.float64), inr.shape)[first]

        highest = np.broadcast_to(steady_state(cycle, 0.0).ratio, inr.shape)
        of_first = ratio_keeping(
            inr[first],
            # A bracket only: the highest of all who share the row.
            highest=np.full(len(first), np.max(highest)),
            synthesis=replace(
                synthesis,
                relative_kc={
                    name: once(w) for name, w in synthesis.relative_kc.items()
                },
                exponent=once(synthesis.exponent),
                reference=once(synthesis.reference),
                capacity=once(synthesis.capacity),
                partial=once(synthesis.partial),
            ),
            untouched={name: once(level) for name, level in supplied.items()},
            isi=parameters["PT__ISI"],
            surrogate=surrogate,
        )
        return of_first[back.ravel()]


def _dose(
    own: Floats,
    ln_wanted: Floats,
    kidney: tuple[float, float],
    per_mg: tuple[float, float],
) -> tuple[Floats, Floats, Floats]:
    """ln dose that inhibits by I, and its slopes by each column and by ln I.

        dose a_S = VmA u/(KmA + u) + VmB u/(KmB + u) + (CLlin + CLren/fu) u
        dose a_R = CL_R v,      I = u/KiS + v/KiR

    u and v are unbound S and R in the liver; solved for ln u by Newton's method.
    """
    (vm_a, vm_b, km_a, km_b, linear_s, linear_r, ki_s, ki_r) = np.exp(own.T)
    clearance_r = linear_r + kidney[1]
    linear = linear_s + kidney[0]
    wanted = np.exp(ln_wanted)
    of_r = per_mg[1] / clearance_r / ki_r / per_mg[0]  # I of R for each umol/h of S
    u = wanted / (1.0 / ki_s + of_r * (vm_a / km_a + vm_b / km_b + linear))
    for _ in range(_NEWTON_STEPS):
        to_a, to_b = 1.0 / (km_a + u), 1.0 / (km_b + u)
        removed = u * (vm_a * to_a + vm_b * to_b + linear)
        slope = vm_a * km_a * to_a**2 + vm_b * km_b * to_b**2 + linear
        inhibition = u / ki_s + of_r * removed
        rise = 1.0 / ki_s + of_r * slope
        step = (inhibition - wanted) / rise
        u = np.maximum(u - step, 0.1 * u)
        if np.nanmax(np.abs(step) / u, initial=0.0) < _CLOSE:
            break
    to_a, to_b = 1.0 / (km_a + u), 1.0 / (km_b + u)
    removed = u * (vm_a * to_a + vm_b * to_b + linear)
    slope = vm_a * km_a * to_a**2 + vm_b * km_b * to_b**2 + linear
    rise = 1.0 / ki_s + of_r * slope
    # Removal of S at fixed u by each column, then u follows so that I stays.
    moved = np.stack(
        [
            vm_a * u * to_a,
            vm_b * u * to_b,
            -vm_a * u * km_a * to_a**2,
            -vm_b * u * km_b * to_b**2,
            linear_s * u,
            np.zeros_like(u),
            np.zeros_like(u),
            np.zeros_like(u),
        ],
        axis=1,
    )
    inhibited = of_r[:, None] * moved
    inhibited[:, _LINEAR_R] -= of_r * removed * linear_r / clearance_r
    inhibited[:, _KI_S] -= u / ki_s
    inhibited[:, _KI_R] -= of_r * removed
    followed = -inhibited / rise[:, None]
    by_column = (moved + slope[:, None] * followed) / removed[:, None]
    by_wanted = slope * wanted / rise / removed
    return np.log(removed / per_mg[0]), by_column, by_wanted


def dose_model(
    population: StableDoses,
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
) -> DoseModel:
    """A population ready for the sampler; see `DoseModel`.

    Args:
        population: patients with their stable dose.
        library: at the point estimates, which are x = 0.
        known: what x is about; the body's size must be among them.
        effects: of people.
    """
    keys = [(p.file, p.key) for p in known]
    exponent = keys.index(("body_size.csv", ("liver", "both", "surface_exponent")))
    loss = keys.index(("body_size.csv", ("liver", "both", "loss_per_year")))
    size = library.size
    levers = [
        _levers_of_group(genotype, medicines, library, known, effects)
        for genotype, medicines, _ in population.groups
    ]
    group = np.empty(population.n, np.int64)
    for number, (_, _, index) in enumerate(population.groups):
        group[list(index)] = number
    tables = [_balance_columns(each, known) for each in levers]
    columns = tuple(np.stack([t[k] for t in tables]) for k in range(3))
    cycle, combination = _cycle_of(levers, group, population.inr, library, known)
    names = sorted(set(population.sites))
    amounts = library.spec.administration(library.substance).amount_per_mg
    by_drug = {species.split("__")[0]: amount for species, amount in amounts.items()}
    reference = dict(zip(levers[0].names, levers[0].centre, strict=True))

    def of(name: str) -> float:
        return float(reference[name])

    surface = body_surface_m2(population.height_cm, population.weight_kg, size=size)
    model = DoseModel(
        tuple(known),
        np.log(population.observed_mg_per_day),
        np.array([names.index(site) for site in population.sites]),
        tuple(names),
        group,
        combination,
        (columns[0], columns[1], columns[2]),
        cycle,
        (of("S__CL_renal") / of("S__fu"), of("R__CL_renal") / of("R__fu")),
        (
            by_drug["S"] / HOURS_PER_DAY * of("S__F_absorbed"),
            by_drug["R"] / HOURS_PER_DAY * of("R__F_absorbed"),
        ),
        np.log(surface / size.liver_reference_surface_m2),
        np.maximum(population.age_years - size.liver_loss_starts_years, 0.0),
        exponent,
        loss,
        (size.liver_surface_exponent, size.liver_loss_per_year),
        np.zeros((population.n, len(effects.effects))),
        np.zeros(population.n),
    )
    here = model.at(np.zeros(len(known)))
    exact = np.log(predict_doses(population, library))
    return replace(
        model,
        effects=_by_effect(model, here, levers[0], effects),
        swing=exact - here.ln_mg_per_day,
    )


def _by_effect(
    model: DoseModel, here: Doses, levers: Levers, effects: BetweenPatients
) -> Floats:
    """d ln dose / dz of every patient, float64[patient, effect]."""
    column_of = {
        _VM_A: "S__Vm_A",
        _VM_B: "S__Vm_B",
        _KM_A: "S__Km_A",
        _KM_B: "S__Km_B",
        _LINEAR_S: "S__CL_linear",
        _LINEAR_R: "R__CL_linear",
        _KI_S: "KiS",
        _KI_R: "KiS",
    }
    place = [levers.names.index(name) for name in model._cycle.names]
    exponents = levers.exponents[:, place]
    n_genes = len(model._cycle.values)
    by_effect = replace(
        model._cycle,
        slopes=np.broadcast_to(exponents, (n_genes, *exponents.shape)),
        bends=np.zeros((n_genes, *exponents.shape)),
        moving=np.flatnonzero(np.any(exponents != 0, axis=1)),
    )
    _, wanted = by_effect.wanted(np.zeros(len(effects.effects)))
    found = here.by_wanted[:, None] * wanted[model.combination]
    for column, name in column_of.items():
        found += here.by_column[:, column, None] * np.array(
            [float(effect.touches(name)) for effect in effects.effects]
        )
    return np.asarray(found)


def _levers_of_group(genotype, medicines, library, known, effects) -> Levers:  # type: ignore[no-untyped-def]
    """Of a young body of the reference's surface, where size has no say."""
    surface = library.size.liver_reference_surface_m2
    height = 175.0
    patient = replace(
        reference_patient(library),
        age_years=library.domain.smallest_age_years,
        height_cm=height,
        weight_kg=surface**2 * library.size.surface_divisor / height,
        genotype=genotype,
        co_medication=medicines,
    )
    individual = individualise(patient, library)
    return levers_of(individual, library, known, effects, mean_alleles=True)


def _balance_columns(
    levers: Levers, known: Sequence[FreeParameter]
) -> tuple[Floats, Floats, Floats]:
    """ln of the balance's columns: at the centre, and A and B of x, [column, known]."""
    far = np.array([min(2.0 * p.ln_sd, 0.5) for p in known])
    n = len(known)
    points = np.concatenate([np.zeros((1, n)), np.diag(far), -np.diag(far)])
    values = levers.parameters(
        points, np.zeros((len(points), levers.exponents.shape[0]))
    )
    column = {name: values[:, place] for place, name in enumerate(levers.names)}
    apparent = 1.0 + column["S__inhibition"]
    held = np.stack(
        [
            column["S__induction"] * column["S__Vm_A"],
            column["S__induction"] * column["S__Vm_B"],
            apparent * column["S__Km_A"],
            apparent * column["S__Km_B"],
            column["S__activity_linear"] * column["S__CL_linear"],
            column["R__activity_linear"] * column["R__CL_linear"],
            column["KiS"],
            column["KiS"] * column["KiR_ratio"],
        ]
    )
    logarithms = np.log(np.maximum(held, np.finfo(float).tiny))
    centre, up, down = np.split(logarithms, [1, 1 + n], axis=1)
    slopes = (up - down) / (2.0 * far)
    bends = (up + down - 2.0 * centre) / (2.0 * far**2)
    return centre[:, 0], slopes, bends


def _cycle_of(
    levers: Sequence[Levers],
    group: Integers,
    inr: Floats,
    library: Library,
    known: Sequence[FreeParameter],
) -> tuple[_Cycle, Integers]:
    """The combinations of target gene and INR, and which one each patient has."""
    names = tuple(
        name
        for name in levers[0].names
        if name.startswith(("VK__", "F__", "PT__")) or name == "VKORC1_capacity"
        if name not in STARTS and not name.startswith("F__half_life")
    )
    place = [levers[0].names.index(name) for name in names]
    of_group = np.array([each.centre[place] for each in levers])
    _, first, gene_of_group = np.unique(
        of_group.round(12), axis=0, return_index=True, return_inverse=True
    )
    pairs = np.stack(
        [gene_of_group.ravel()[group], np.unique(inr, return_inverse=True)[1]], axis=1
    )
    _, chosen, combination = np.unique(
        pairs, axis=0, return_index=True, return_inverse=True
    )
    slopes = np.stack([levers[g].slopes[:, place] for g in first])
    bends = np.stack([levers[g].bends[:, place] for g in first])
    moving = np.flatnonzero(np.any(slopes != 0, axis=(0, 2)))
    cycle = _Cycle(
        library,
        names,
        of_group[first],
        slopes,
        bends,
        moving,
        pairs[chosen, 0],
        inr[chosen],
    )
    return cycle, combination.ravel()
