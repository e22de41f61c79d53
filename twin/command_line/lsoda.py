"""A second referee: COPASI's LSODA, for models at which CVODE fails.

A tool for developers: COPASI is not among the product's requirements.  Each draw's
values are written into the SBML and the model is loaded anew.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from twin.engine.courses import Courses
from twin.engine.schedule import Schedule
from twin.errors import InputError, NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.sbml.values import with_values
from twin.vocabulary.ensemble import Ensemble, Floats

_ABSOLUTE_PER_RELATIVE = 1e-4
_MOST_STEPS = 1_000_000


class LsodaReferee:
    """COPASI behind `twin.engine.simulate`; runs models without doses or changes."""

    @property
    def name(self) -> str:
        """Name and version, for provenance."""
        return f"COPASI {_copasi()[1].CVersion.VERSION.getVersion()} LSODA"

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None,
    ) -> Iterator[Courses]:
        """One draw after another."""
        for draw, plan in enumerate(plans):
            if plan.breaks or plan.period_h:
                raise NumericsError("COPASI is asked without doses and changes only")
            text = with_values(spec.text, ensemble.row(draw))
            values = _course(text, plan.times_h, outputs, tolerance or 1e-9)
            yield Courses(draw, values[np.newaxis])


def _copasi() -> tuple[Any, Any]:
    try:
        import basico  # noqa: PLC0415 - a tool for developers
        import COPASI  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            "COPASI is not installed: pip install copasi-basico"
        ) from error
    return basico, COPASI


def _course(
    text: str, times: Floats, outputs: tuple[str, ...], tolerance: float
) -> Floats:
    """float64[time, output]; times are evenly spaced from 0."""
    basico, _ = _copasi()
    model = basico.load_model_from_string(text)
    try:
        found = basico.run_time_course(
            start_time=0,
            duration=float(times[-1]),
            intervals=len(times) - 1,
            use_sbml_id=True,
            r_tol=tolerance,
            a_tol=tolerance * _ABSOLUTE_PER_RELATIVE,
            max_steps=_MOST_STEPS,
            method="deterministic",
            model=model,
        )
        return np.stack([found[name].to_numpy() for name in outputs], axis=1)
    finally:
        basico.remove_datamodel(model)
