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
from twin.coagulation.ratio_keeping import ratio_keeping
from twin.coagulation.vitamin_k_cycle import (
    CycleState,
    VitaminKCycle,
    inhibition_for,
    steady_state,
)
from twin.dosing.swing import daily_swing, mean_of_day, volume_l
from twin.kernels import side_by_side
from twin.units import HOURS_PER_DAY

Floats = npt.NDArray[np.float64]
Parameters = Mapping[str, npt.ArrayLike]
"""SBML id of the composed model -> a number or float64[draw]."""

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
            name: level if np.ndim(level) < np.ndim(swinging) else mean_of_day(level)
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
        return {
            drug: self.unbound_um(drug, rate * self.amount_per_mg[drug]) / ki
            for drug, ki in self._ki_um().items()
        }

    def _ki_um(self) -> dict[str, Floats]:
        ki_s = np.asarray(self.parameters["KiS"], dtype=np.float64)
        return {"S": ki_s, "R": ki_s * np.asarray(self.parameters["KiR_ratio"])}

    def unbound_um(self, drug: str, rate_umol_per_h: npt.ArrayLike) -> Floats:
        """Unbound drug in the liver that balances a steady input, uM, [draw].

            rate F = ind [Vm_A Cu/(Km_A(1+i)+Cu) + Vm_B Cu/(Km_B(1+i)+Cu)]
                     + (act CL_linear + CL_renal/fu) Cu

        Rises with the rate.  Assumes low extraction: the same Cu in every zone and
        in the kidney (warfarin: the liver takes 0.3 % of what passes).
        """
        from twin.dosing.removal_kernels import balance  # noqa: PLC0415 - loads numba

        absorbed = np.asarray(self.parameters[f"{drug}__F_absorbed"])
        rate = np.atleast_1d(np.asarray(rate_umol_per_h, dtype=np.float64) * absorbed)
        table, shape = side_by_side(*self._ways_out(drug), rate)
        unbound = np.empty(table.shape[1])
        balance(table, unbound)
        return unbound.reshape(shape)

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
        from twin.dosing.removal_kernels import remove  # noqa: PLC0415 - loads numba

        table, shape = side_by_side(*self._ways_out(drug), unbound_um)
        removed, slope = np.empty(table.shape[1]), np.empty(table.shape[1])
        remove(table, removed, slope)
        return removed.reshape(shape), slope.reshape(shape)

    def _ways_out(self, drug: str) -> tuple[Floats, ...]:
        """Linear removal, L/h, then fastest removal, umol/h, and Km, uM, of A and B."""

        def own(name: str) -> Floats:
            return np.asarray(self.parameters[f"{drug}__{name}"], dtype=np.float64)

        apparent, induction = 1.0 + own("inhibition"), own("induction")
        return (
            own("activity_linear") * own("CL_linear") + own("CL_renal") / own("fu"),
            induction * own("Vm_A"),
            own("Km_A") * apparent,
            induction * own("Vm_B"),
            own("Km_B") * apparent,
        )

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
        from twin.dosing.removal_kernels import inhibiting  # noqa: PLC0415 - numba

        columns: list[npt.ArrayLike] = []
        for drug, ki in self._ki_um().items():
            absorbed = np.asarray(self.parameters[f"{drug}__F_absorbed"])
            per_mg = self.amount_per_mg[drug] / HOURS_PER_DAY * absorbed
            columns += [*self._ways_out(drug), per_mg, ki]
        table, shape = side_by_side(*columns, np.atleast_1d(inhibition))
        dose = np.empty(table.shape[1])
        inhibiting(
            table[:-1].reshape(len(self._ki_um()), -1, dose.size), table[-1], dose
        )
        return dose.reshape(shape)

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
        return {**steady_levels(self._synthesis, ratio), **self._untouched}

    @property
    def _synthesis(self) -> FactorSynthesis:
        return FactorSynthesis.of(
            self.parameters, reference=self._cycle.reference_ratio
        )

    @property
    def _untouched(self) -> dict[str, Floats]:
        return {
            name: np.asarray(self.parameters[f"PT__{name}"], dtype=np.float64)
            for name in self.surrogate.supplied
        }

    def _inr_of_ratio(self, ratio: Floats) -> Floats:
        return self._inr_of_levels(self._levels(ratio))

    def _inr_of_levels(self, levels: Mapping[str, Floats]) -> Floats:
        isi = np.asarray(self.parameters["PT__ISI"], dtype=np.float64)
        return np.asarray(prothrombin_ratio(levels, surrogate=self.surrogate) ** isi)

    def _ratio_for(self, inr: Floats) -> Floats:
        """x = KH2/Kc at which the steady INR is `inr`; the INR falls with x."""
        drug_free = np.atleast_1d(steady_state(self._cycle, 0.0).ratio)
        self._inr_of_ratio(drug_free)  # refused where even that leaves the domain
        return ratio_keeping(
            inr,
            highest=drug_free,
            synthesis=self._synthesis,
            untouched=self._untouched,
            isi=self.parameters["PT__ISI"],
            surrogate=self.surrogate,
        )
