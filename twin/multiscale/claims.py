"""The claims that join the scales, for one patient, as one table.

Each row is computed where its science lives; here they are asked in order.
"""

from dataclasses import dataclass

import numpy as np

from twin.individualise import Individual
from twin.library import Library
from twin.multiscale.coupling import Coupling, choose_coupling
from twin.multiscale.enzyme_quasi_steady import enzyme_quasi_steady_state
from twin.multiscale.exchange_error import ExchangeErrors, exchange_errors
from twin.multiscale.lobule import representative_lobule
from twin.multiscale.mass_balance import mass_balance
from twin.multiscale.prothrombin_law import levels_of_course, prothrombin_law
from twin.multiscale.simulated_liver import liver_at_rest, simulated_liver
from twin.multiscale.tube import Tube
from twin.multiscale.whole_model import LinearisingEngine
from twin.multiscale.zones_and_organ import (
    Downscaling,
    downscaling,
    flux_consistency,
    power_consistency,
)
from twin.reproducibility import stream
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen

_BETWEEN = 30  # plasmas drawn between a patient's own

# Hours after a dose: close together while the inflow bends.
_INTERVAL = (
    *np.arange(0.0, 0.1, 0.002),
    *np.arange(0.1, 3.0, 0.02),
    *np.arange(3.0, 24.1, 0.5),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One row: what is claimed, its figure, its tolerance, whether it holds."""

    claim: str
    figure: float
    tolerance: float
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """The whole table of one patient, and the coupling chosen from it."""

    rows: tuple[Claim, ...]
    coupling: Coupling
    exchange: ExchangeErrors

    @property
    def hold(self) -> bool:
        """Whether every claim holds."""
        return all(row.holds for row in self.rows)


def claims(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    *,
    dose_mg_per_day: float,
    tube: Tube,
    engine: LinearisingEngine,
    seed: int,
) -> Claims:
    """Every claim about one patient at therapy.

    Args:
        regimen: a therapy of several weeks, once a day from time 0.
        dose_mg_per_day: of that therapy, for the liver at rest.
        tube: of the prothrombin time test.
        seed: of the plasmas that are drawn.
    """
    last = max(dose.time_h for dose in regimen.doses)
    times = np.arange(0.0, last + 1.0, HOURS_PER_DAY)
    coupling = choose_coupling(individual, library, regimen, times, engine=engine)
    errors = exchange_errors(
        individual, library, regimen, times, coupling=coupling, engine=engine
    )
    return Claims(
        (
            *_liver_rows(individual, library, regimen, dose_mg_per_day, engine),
            *_time_rows(individual, library, regimen, coupling, engine),
            _prothrombin_row(individual, library, regimen, tube, engine, seed),
            _balance_row(individual, library, regimen, engine),
            _exchange_row(errors),
        ),
        coupling,
        errors,
    )


def _liver_rows(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    dose_mg_per_day: float,
    engine: LinearisingEngine,
) -> list[Claim]:
    rest = liver_at_rest(
        individual, library, dose_mg_per_day=dose_mg_per_day, engine=engine
    )
    flux = {d: flux_consistency(p) for d, p in rest.passages.items()}
    power = {d: power_consistency(p) for d, p in rest.passages.items()}
    lobule = representative_lobule(individual, library, engine=engine)
    last = max(dose.time_h for dose in regimen.doses)
    between = simulated_liver(
        individual, library, regimen, last + np.array(_INTERVAL), engine=engine
    )
    zones = downscaling(between, individual, library)
    resting = downscaling(rest, individual, library)
    worst_flux = max(flux.values(), key=lambda f: f.figure)
    worst_power = max(power.values(), key=lambda p: p.figure)
    series = ", ".join(f"{n}: {e:.3f}" for n, e in lobule.in_series.items())
    return [
        Claim(
            "upscaling: zones to organ clearance",
            worst_flux.figure,
            worst_flux.tolerance,
            worst_flux.holds,
            ", ".join(
                f"{d} {f.clearance_l_per_h:.4f} L/h of blood" for d, f in flux.items()
            ),
        ),
        Claim(
            "the lobule as representative volume element",
            lobule.figure,
            lobule.tolerance,
            lobule.holds,
            f"extraction by zones {series}; tube {lobule.tube:.3f}, dispersion "
            f"{lobule.dispersion:.3f}; simulated {lobule.simulated:.3f}, zonated "
            f"{lobule.zonated:.3f}; one zone is off by {lobule.single_zone:.1%}",
        ),
        Claim(
            "downscaling: organ to zone, between doses",
            zones.figure,
            zones.tolerance,
            zones.holds,
            "zonal unbound drug from the organ's inflow only",
        ),
        Claim(
            "downscaling: occupancy of VKORC1 by zone, at rest",
            resting.occupancy_figure,
            resting.tolerance,
            resting.occupancy_figure < resting.tolerance,
            _occupancies(resting),
        ),
        Claim(
            "power conserved across scales (Hill-Mandel)",
            worst_power.figure,
            worst_power.tolerance,
            worst_power.holds,
            f"organ {power['S'].organ:.4g} = reactions {power['S'].reactions:.4g} + "
            f"convection {power['S'].convection:.4g} RT umol/h (S)",
        ),
    ]


def _occupancies(resting: Downscaling) -> str:
    zones = ", ".join(f"{occupied:.4f}" for occupied in resting.occupancy[0])
    return f"periportal to pericentral {zones}"


def _time_rows(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    coupling: Coupling,
    engine: LinearisingEngine,
) -> list[Claim]:
    last = max(dose.time_h for dose in regimen.doses)
    liver = simulated_liver(
        individual, library, regimen, [last + HOURS_PER_DAY / 2], engine=engine
    )
    enzyme = enzyme_quasi_steady_state(
        individual,
        library,
        unbound_um=float(np.mean(liver.passages["S"].zone_unbound_um)),
    )
    scales = coupling.separation
    return [
        Claim(
            "scale separation: cycle against factors",
            scales.figure,
            scales.tolerance,
            scales.holds,
            f"cycle {scales.cycle_h * 60:.1f} min, binding {scales.target_h:.2g} h, "
            f"factors from {scales.factors_h:.2g} h; feedback of cycle and factors "
            f"on the organs {scales.feedback_per_h:g}/h",
        ),
        Claim(
            "enzyme quasi-steady state (total)",
            enzyme.figure,
            enzyme.tolerance,
            enzyme.holds,
            f"E/(Km + S) = {enzyme.standard:.2f} is not small; whatever the rate of "
            f"binding, the total number is at most {enzyme.worst:.2f}",
        ),
    ]


def _prothrombin_row(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    tube: Tube,
    engine: LinearisingEngine,
    seed: int,
) -> Claim:
    last = max(dose.time_h for dose in regimen.doses)
    law = prothrombin_law(
        levels_of_course(
            individual,
            library,
            regimen,
            np.arange(0.0, last + 1.0, 2 * HOURS_PER_DAY),
            engine=engine,
        ),
        surrogate=library.surrogate,
        tube=tube,
        n_between=_BETWEEN,
        rng=stream(seed, "multiscale", "plasmas"),
    )
    shown = "none" if law.error is None else f"{law.error.root_mean_square:.3%}"
    return Claim(
        "surrogate law of the prothrombin time",
        law.figure,
        law.tolerance,
        law.holds,
        f"RMSE {shown} over {next(iter(law.levels.values())).size} plasmas of the "
        f"patient's range; {law.n_outside} outside the box go to the network",
    )


def _balance_row(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    engine: LinearisingEngine,
) -> Claim:
    last = max(dose.time_h for dose in regimen.doses)
    times = np.arange(0.0, last + 1.0, HOURS_PER_DAY)
    balance = mass_balance(individual, library, regimen, times, engine=engine)
    places = ", ".join(
        f"{place} {amounts[-1]:.4g}" for place, amounts in balance.found_umol.items()
    )
    return Claim(
        "mass balance",
        balance.figure,
        balance.tolerance,
        balance.holds,
        f"umol at the end: {places}",
    )


def _exchange_row(errors: ExchangeErrors) -> Claim:
    listed = ", ".join(
        f"{h:g} h {error:.2g} (bound {errors.bound[h]:.2g})"
        for h, error in errors.error.items()
    )
    chosen = (
        "concurrent"
        if errors.chosen_h is None
        else f"hierarchical, exchange every {errors.chosen_h:g} h"
    )
    return Claim(
        "hierarchical against concurrent coupling",
        errors.figure,
        errors.tolerance,
        errors.holds,
        f"INR error at {listed}; chosen: {chosen}",
    )
