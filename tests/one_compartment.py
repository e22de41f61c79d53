"""A model small enough to be solved on paper, for the tests of what runs models.

    gut -> body -> out:   dG/dt = -ka G,   dC/dt = ka G/V - (k + growth C) C

With `growth` at zero it is Bateman's; above zero it grows beyond all bounds.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from twin.engine.reference import ReferenceEngine
from twin.engine.simulate import Engine, simulate
from twin.sbml.compiler import compile_antimony
from twin.sbml.model_spec import Administration, ModelSpec
from twin.sbml.reader import read
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION, Prediction
from twin.vocabulary.regimen import Dose, Regimen

SOURCE = """
model one_compartment()
  unit time_unit = 3600 second;
  unit substance = 1e-6 mole;
  unit extent = 1e-6 mole;
  unit volume = 1 litre;
  unit uM = 1e-6 mole / litre;
  unit per_h = 1 / (3600 second);
  unit per_uM_h = litre / (1e-6 mole * 3600 second);

  compartment body = 10; // [definition] litres
  ka = 1.5; ka has per_h; // [definition] absorption
  k = 0.1; k has per_h; // [definition] elimination
  growth = 0; growth has per_uM_h; // [definition] makes the model run away
  baseline = 0; baseline has uM; // [definition] concentration at the start
  substanceOnly species gut in body = 0;
  species drug in body = baseline;
  gut.sboTerm = SBO:0000247; drug.sboTerm = SBO:0000247;
  absorption: gut => drug; ka * gut;
  elimination: drug => ; body * k * drug;
  increase: => drug; body * growth * drug^2;
  twice := 2 dimensionless * drug; twice has uM;
end
"""
PARENT = """
model *pair()
  unit time_unit = 3600 second;
  unit substance = 1e-6 mole;
  unit extent = 1e-6 mole;
  unit volume = 1 litre;
  unit per_h = 1 / (3600 second);
  A: one_compartment();
  B: one_compartment();
  A.per_h is per_h; B.per_h is per_h;
  shared = 0.2; shared has per_h; // [definition] one elimination for both
  A.k is shared;
  B.k is shared;
end
"""
KA, K, BODY = 1.5, 0.1, 10.0
UMOL_PER_MG = 2.0
TABLET = "tablet"
INJECTION = "injection"


@cache
def text() -> str:
    """The model as SBML."""
    return compile_antimony([SOURCE], top="one_compartment", presets={}).flat


@cache
def spec() -> ModelSpec:
    """The model; tablets go to the gut, injections into the body."""
    return read(
        text(),
        administrations=[
            Administration(TABLET, {"gut": UMOL_PER_MG}),
            Administration(INJECTION, {"drug": UMOL_PER_MG}),
        ],
    )


def bateman(
    regimen: Regimen, times_h: npt.ArrayLike, *, ka: float = KA, k: float = K
) -> Floats:
    """Concentration by superposition; at the time of a dose the one just after."""
    times = np.asarray(times_h, dtype=np.float64)
    found = np.zeros_like(times)
    for dose in regimen.doses:
        since = np.maximum(times - dose.time_h, 0.0)
        course = (
            ka / (ka - k) * (np.exp(-k * since) - np.exp(-ka * since))
            if dose.substance == TABLET
            else np.exp(-k * since) * (times >= dose.time_h)
        )
        found += dose.amount_mg * UMOL_PER_MG / BODY * course
    return found


def course(
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    engine: Engine,
    outputs: tuple[str, ...] = ("drug",),
    tolerance: float = 1e-9,
    most_failed: float = LARGEST_FAILED_FRACTION,
    **parameters: npt.ArrayLike,
) -> Prediction:
    """The model run; `parameters` are numbers, or one value a draw."""
    return simulate(
        spec(),
        Ensemble.of(parameters) if parameters else Ensemble.of({"k": K}),
        regimen,
        times_h,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
        most_failed=most_failed,
    )


def answer_elsewhere(engine: ReferenceEngine) -> list[float]:
    """A short course, for another process to run with an engine that was sent."""
    found = course(Regimen((Dose(0.0, 5.0, TABLET),)), [1.0, 6.0], engine=engine)
    return [float(value) for value in found.typical("drug")]
