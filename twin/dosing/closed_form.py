"""The maintenance dose and the steady INR in algebra, for one patient or thousands.

Every scale of the twin at rest: dose rate -> unbound drug in the hepatocyte ->
inhibition of VKORC1 -> carboxylation -> factor levels -> INR, and back.  The cycle
follows the drug within minutes and the factors within days: a factor sees the mean of
its synthesis over the day's swing.  The full model is the check.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import (
    ProthrombinSurrogate,
    inside_domain,
    prothrombin_ratio,
)
from twin.coagulation.factors import FactorSynthesis, steady_levels
from twin.coagulation.vitamin_k_cycle import (
    CycleState,
    VitaminKCycle,
    inhibition_for,
    steady_state,
)
from twin.dosing.swing import daily_swing, volume_l
from twin.units import HOURS_PER_DAY

Floats = npt.NDArray[np.float64]
Parameters = Mapping[str, npt.ArrayLike]
"""SBML id of the composed model -> a number or float64[draw]."""

_HALVINGS = 50
_NEWTON_STEPS = 12
_SECANTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class SteadyChain:
    """The twin at rest: its parameters, and how a laboratory reads factor levels.

    parameters     by SBML id, numbers or float64[draw]
    amount_per_mg  umol of S and of R that one mg of the tablet brings
    surrogate      factor levels -> prothrombin time ratio
    interval_h     hours between doses; 0 for a steady input, without swing
    """

    parameters: Parameters
    amount_per_mg: Mapping[str, float]
    surrogate: ProthrombinSurrogate
    interval_h: float = 0.0

    def inr(self, dose_mg_per_day: npt.ArrayLike) -> Floats:
        """Steady INR on a daily dose, mean of the day, [draw].

        Raises: NumericsError where factor levels leave the surrogate's domain.
        """
        return self._inr_of_levels(self.levels_on(dose_mg_per_day))

    def levels_on(self, dose_mg_per_day: npt.ArrayLike) -> dict[str, Floats]:
        """Factor levels at rest on a daily dose, fractions of normal, [draw].

        F = S mean over the interval of f(x(I(t)))
        """
        if self.interval_h == 0:
            return self.levels_at(self.inhibition(dose_mg_per_day))
        swinging = sum(
            part * self._swing(drug, dose_mg_per_day)
            for drug, part in self._inhibition_by(dose_mg_per_day).items()
        )
        levels = self.levels_at(np.asarray(swinging))
        return {
            name: level if np.ndim(level) < np.ndim(swinging) else level.mean(axis=0)
            for name, level in levels.items()
        }

    def _swing(self, drug: str, dose_mg_per_day: npt.ArrayLike) -> Floats:
        rate = np.asarray(dose_mg_per_day, dtype=np.float64) / HOURS_PER_DAY
        unbound = self.unbound_um(drug, rate * self.amount_per_mg[drug])
        return daily_swing(
            self.parameters,
            drug,
            unbound_clearance_l_per_h=self._removal(drug, unbound)[1],
            interval_h=self.interval_h,
        )

    def inhibition(self, dose_mg_per_day: npt.ArrayLike) -> Floats:
        """I = CuS/KiS + CuR/KiR at steady state on a daily dose, [draw]."""
        return np.asarray(sum(self._inhibition_by(dose_mg_per_day).values()))

    def _inhibition_by(self, dose_mg_per_day: npt.ArrayLike) -> dict[str, Floats]:
        rate = np.asarray(dose_mg_per_day, dtype=np.float64) / HOURS_PER_DAY
        ki_s = np.asarray(self.parameters["KiS"], dtype=np.float64)
        ki = {"S": ki_s, "R": ki_s * np.asarray(self.parameters["KiR_ratio"])}
        return {
            drug: self.unbound_um(drug, rate * self.amount_per_mg[drug]) / ki[drug]
            for drug in ("S", "R")
        }

    def unbound_um(self, drug: str, rate_umol_per_h: npt.ArrayLike) -> Floats:
        """Unbound drug in the liver that balances a steady input, uM, [draw].

            rate F = ind [Vm_A Cu/(Km_A(1+i)+Cu) + Vm_B Cu/(Km_B(1+i)+Cu)]
                     + (act CL_linear + CL_renal/fu) Cu

        Rises with the rate.  Assumes low extraction: the same Cu in every zone and
        in the kidney (warfarin: the liver takes 0.3 % of what passes).
        """
        rate = np.asarray(rate_umol_per_h, dtype=np.float64)
        rate = rate * np.asarray(self.parameters[f"{drug}__F_absorbed"])
        # removed(Cu) is concave: from the unsaturated answer, which is too low,
        # Newton's steps climb to the root and never pass it.
        unbound = rate / self.unbound_clearance_l_per_h(drug, np.zeros(1))
        for _ in range(_NEWTON_STEPS):
            removed, slope = self._removal(drug, unbound)
            unbound = unbound + (rate - removed) / slope
        return np.asarray(unbound)

    def unbound_clearance_l_per_h(self, drug: str, unbound_um: Floats) -> Floats:
        """Clearance of unbound drug at a concentration in the liver, L/h, [draw]."""

        if np.all(np.asarray(unbound_um) == 0):
            return self._removal(drug, np.zeros(1))[1]
        return np.asarray(self._removal(drug, unbound_um)[0] / unbound_um)

    def half_life_h(self, drug: str) -> Floats:
        """ln 2 V/CL of plasma drug far from saturation, h, [draw]."""
        unbound = self.unbound_clearance_l_per_h(drug, np.zeros(1))
        total = np.asarray(self.parameters[f"{drug}__fu"]) * unbound
        return np.asarray(np.log(2.0) * volume_l(self.parameters, drug) / total)

    def _removal(self, drug: str, unbound_um: Floats) -> tuple[Floats, Floats]:
        """Removal at a concentration, umol/h, and its slope, L/h."""

        def own(name: str) -> Floats:
            return np.asarray(self.parameters[f"{drug}__{name}"], dtype=np.float64)

        linear = own("activity_linear") * own("CL_linear") + own("CL_renal") / own("fu")
        removed, slope = linear * unbound_um, linear + 0.0 * unbound_um
        for allele in ("A", "B"):
            km = own(f"Km_{allele}") * (1.0 + own("inhibition"))
            fastest = own("induction") * own(f"Vm_{allele}")
            removed = removed + fastest * unbound_um / (km + unbound_um)
            slope = slope + fastest * km / (km + unbound_um) ** 2
        return np.asarray(removed), np.asarray(slope)

    def inr_at(self, inhibition: npt.ArrayLike) -> Floats:
        """Steady INR when VKORC1 stays inhibited by I, [draw]."""
        ratio = steady_state(self._cycle, inhibition).ratio
        return self._inr_of_ratio(ratio)

    def dose_for(self, inr: npt.ArrayLike) -> Floats:
        """Daily dose of the tablet that keeps a steady INR, mg/day, [draw].

        The inverse of `inr`.  NaN where no dose does it: the INR is at or below
        the drug-free one, or above what full inhibition gives.
        """
        steady = self.dose_giving(self.inhibition_keeping(inr))
        if self.interval_h == 0:
            return steady
        return self.refined(steady, inr)

    def refined(self, dose: Floats, inr: npt.ArrayLike) -> Floats:
        """The dose whose swing gives the INR, by secants from that without swing."""

        def error(log_dose: Floats) -> Floats:
            levels = self.levels_on(np.exp(log_dose))
            inside = inside_domain(levels, surrogate=self.surrogate)
            served = {
                name: np.where(inside, level, 1.0) for name, level in levels.items()
            }
            found = np.log(self._inr_of_levels(served) / np.asarray(inr))
            return np.where(inside, found, np.nan)

        before = np.log(dose)
        misses = error(before)
        now = before - misses
        for _ in range(_SECANTS):
            missed = error(now)
            rise = missed - misses
            slope = np.where(
                rise == 0, 1.0, rise / np.where(rise == 0, 1, now - before)
            )
            before, misses, now = now, missed, now - missed / slope
        return np.asarray(np.exp(now))

    def levels_at_inr(self, inr: npt.ArrayLike) -> dict[str, Floats]:
        """Factor levels, fractions of normal, at a steady INR, [draw]."""
        return self._levels(self._ratio_for(np.asarray(inr, dtype=np.float64)))

    def inhibition_keeping(self, inr: npt.ArrayLike) -> Floats:
        """I at which the steady INR is `inr`, [draw]; NaN where no I does it."""
        ratio = self._ratio_for(np.asarray(inr, dtype=np.float64))
        return inhibition_for(self._cycle, ratio)

    def dose_giving(self, inhibition: npt.ArrayLike) -> Floats:
        """Daily dose that inhibits VKORC1 by I, mg/day, [draw]; NaN for a NaN."""
        wanted = np.asarray(inhibition, dtype=np.float64)
        shape = np.broadcast_shapes(wanted.shape, self.inhibition(1.0).shape)
        low, high = np.full(shape, np.log(1e-4)), np.full(shape, np.log(1e4))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            too_little = self.inhibition(np.exp(middle)) < wanted
            low = np.where(too_little, middle, low)
            high = np.where(too_little, high, middle)
        return np.where(np.isfinite(wanted), np.exp(0.5 * (low + high)), np.nan)

    def cycle_at(self, inhibition: npt.ArrayLike) -> CycleState:
        """Where the vitamin K cycle settles when VKORC1 stays inhibited by I."""
        return steady_state(self._cycle, inhibition)

    def levels_at(self, inhibition: npt.ArrayLike) -> dict[str, Floats]:
        """Levels of all the prothrombin time sees, fraction of normal, by factor."""
        return self._levels(self.cycle_at(inhibition).ratio)

    @property
    def _cycle(self) -> VitaminKCycle:
        capacity = self.parameters["VKORC1_capacity"]
        return VitaminKCycle.of({**self.parameters, "VK__capacity": capacity})

    def _levels(self, ratio: Floats) -> dict[str, Floats]:
        """Levels of everything the prothrombin time sees, at x = KH2/Kc."""
        synthesis = FactorSynthesis.of(
            self.parameters, reference=self._cycle.reference_ratio
        )
        untouched = {
            name: np.asarray(self.parameters[f"PT__{name}"], dtype=np.float64)
            for name in ("fibrinogen", "V")
        }
        return {**steady_levels(synthesis, ratio), **untouched}

    def _inr_of_ratio(self, ratio: Floats) -> Floats:
        return self._inr_of_levels(self._levels(ratio))

    def _inr_of_levels(self, levels: Mapping[str, Floats]) -> Floats:
        isi = np.asarray(self.parameters["PT__ISI"], dtype=np.float64)
        return np.asarray(prothrombin_ratio(levels, surrogate=self.surrogate) ** isi)

    def _ratio_for(self, inr: Floats) -> Floats:
        """x = KH2/Kc at which the steady INR is `inr`; the INR falls with x."""
        high = np.atleast_1d(np.log(steady_state(self._cycle, 0.0).ratio))
        low = self._lowest_served(high)
        shape = np.broadcast_shapes(inr.shape, high.shape)
        low, high = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
        possible = (self._inr_of_ratio(np.exp(low)) >= inr) & (
            self._inr_of_ratio(np.exp(high)) <= inr
        )
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            too_high = self._inr_of_ratio(np.exp(middle)) > inr
            low = np.where(too_high, middle, low)
            high = np.where(too_high, high, middle)
        return np.where(possible, np.exp(0.5 * (low + high)), np.nan)

    def _lowest_served(self, high: Floats) -> Floats:
        """Smallest ln x whose factor levels the surrogate still knows."""
        low, served = np.full_like(high, np.log(1e-4)), high
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + served)
            inside = inside_domain(
                self._levels(np.exp(middle)), surrogate=self.surrogate
            )
            low = np.where(inside, low, middle)
            served = np.where(inside, middle, served)
        return np.asarray(served)
