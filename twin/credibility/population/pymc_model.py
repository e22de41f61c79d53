"""The hierarchical model of all development data, in PyMC.

    x   population parameters, ln over the point estimates: a normal prior each
    w   ln SDs between people, log-normal about the published ones; one correlation
    z   effects of each subject and of each study's group, given w
    t   how far each IWPC site lies above or below all others

Courses come from our engine and stable doses from the closed form, each as one
operation of PyTensor that brings its slopes along; everything else is PyMC's.
One of the two modules that load PyMC: a worker's business, never a request's.
"""

import os
from typing import Any

import numpy as np

os.environ.setdefault("PYTENSOR_FLAGS", "cxx=")  # no compiler is asked of anybody

import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op

from twin.credibility.population.dose_slopes import DoseModel
from twin.credibility.population.evidence import Clearances, Evidence, Family
from twin.inference.course_reader import Courses
from twin.inference.courses import CourseModel
from twin.vocabulary.ensemble import Floats

_FREEDOM = 4.0  # of Student's t about courses: one wrong row cannot pull
_PEOPLE_OF_A_CURVE = 10.0


class _Courses(Op):
    """ln of a family's samples at (x, z)."""

    def __init__(self, model: CourseModel) -> None:
        self.model = model
        self.last: tuple[bytes, Any] | None = None

    def make_node(self, x: Any, z: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x), pt.as_tensor(z)], [pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self.asked(*inputs).ln_value

    def asked(self, x: Floats, z: Floats) -> Any:
        """The last answer is kept: values and slopes come together."""
        key = x.tobytes() + z.tobytes()
        if self.last is None or self.last[0] != key:
            self.last = (key, self._found(x, z))
        return self.last[1]

    def _found(self, x: Floats, z: Floats) -> Courses:
        try:
            return self.model.at(x, z)
        except IntegrationFailed:
            # Not a number: the sampler sees a divergence there, and counts it.
            n, d = len(self.model.samples), len(self.model.directions.moves)
            return Courses(np.full(n, np.nan), np.full((n, d), np.nan))

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Variable]:
        return list(_CoursesBack(self)(*inputs, *gradients))


class _CoursesBack(Op):
    """Slopes of a weighted sum of a family's samples, by x and by z."""

    def __init__(self, forward: _Courses) -> None:
        self.forward = forward

    def make_node(self, x: Any, z: Any, weights: Any) -> Apply:
        inputs = [pt.as_tensor(each) for each in (x, z, weights)]
        return Apply(self, inputs, [pt.dvector(), pt.dmatrix()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, z, weights = inputs
        found = self.forward.asked(x, z)
        by_x, by_z = self.forward.model.pulled_back(found, x, weights)
        outputs[0][0], outputs[1][0] = by_x, by_z


class _Doses(Op):
    """ln of every patient's typical dose at x."""

    def __init__(self, model: DoseModel) -> None:
        self.model = model
        self.last: tuple[bytes, Any] | None = None

    def make_node(self, x: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x)], [pt.dvector()])

    def asked(self, x: Floats) -> Any:
        key = x.tobytes()
        if self.last is None or self.last[0] != key:
            self.last = (key, self.model.at(x))
        return self.last[1]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self.asked(inputs[0]).ln_mg_per_day

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Variable]:
        return [_DosesBack(self)(inputs[0], gradients[0])]


class _DosesBack(Op):
    """Slope of a weighted sum of ln doses by x."""

    def __init__(self, forward: _Doses) -> None:
        self.forward = forward

    def make_node(self, x: Any, weights: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x), pt.as_tensor(weights)], [pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, weights = inputs
        model = self.forward.model
        outputs[0][0] = model.pulled_back(self.forward.asked(x), x, weights)


class _Clearances(Op):
    """ln of the groups' median clearances at x."""

    def __init__(self, model: Clearances) -> None:
        self.model = model

    def make_node(self, x: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x)], [pt.dvector(), pt.dmatrix()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0], outputs[1][0] = self.model.at(inputs[0])

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Variable]:
        return [gradients[0] @ outputs[1]]


def population_model(
    evidence: Evidence, *, prior_offset: Floats, scatter: dict[str, tuple[float, float]]
) -> pm.Model:
    """The model; its free variables are all on the scale of 1.

    Args:
        evidence: data with what predicts them.
        prior_offset: float64[known], ln(centre of the prior / point estimate).
        scatter: name -> (ln SD of an observation, ln spread of that SD).
    """
    effects = evidence.effects
    n_effects = len(effects.effects)
    known_sd = np.array([p.ln_sd for p in evidence.known])
    labels = [" ".join(p.key) for p in evidence.known]
    coords = {
        "known": labels,
        "effect": list(effects.names),
        "site": list(evidence.doses.site_names),
        "subject": list(evidence.subjects.labels),
        "subject_effect": [*effects.names, *evidence.untested],
    }
    with pm.Model(coords=coords) as model:
        x_raw = pm.Normal("x_raw", dims="known")
        x = pm.Deterministic("x", prior_offset + known_sd * x_raw, dims="known")
        w_raw = pm.Normal("w_raw", dims="effect")
        spreads = np.array([e.ln_sd_spread for e in effects.effects])
        w = pm.Deterministic(
            "ln_sd", effects.ln_sds * pt.exp(spreads * w_raw), dims="effect"
        )
        (correlation,) = effects.correlations
        rho_raw = pm.Normal("rho_raw")
        flat = correlation.spread / (1.0 - correlation.value**2)
        rho = pm.Deterministic(
            "correlation", pt.tanh(np.arctanh(correlation.value) + flat * rho_raw)
        )
        first, second = (effects.names.index(n) for n in correlation.effects)

        def effects_of(raw: Variable) -> Variable:
            """Independent normals to effects with their spreads and correlation."""
            tied = rho * raw[:, first] + pt.sqrt(1 - rho**2) * raw[:, second]
            return w * pt.set_subtensor(raw[:, second], tied)

        def sd(name: str) -> Variable:
            centre, spread = scatter[name]
            raw = pm.Normal(f"{name}_raw")
            return pm.Deterministic(name, centre * pt.exp(spread * raw))

        own = pm.Normal("subject_raw", dims=("subject", "subject_effect"))
        z = pt.concatenate(
            [effects_of(own[:, :n_effects]), own[:, n_effects:] * evidence.untested_sd],
            axis=1,
        )
        predicted = _Courses(evidence.subjects.model)(x, z)
        activity = evidence.subjects.activity
        # All concentrations of the study come from one assay of its time.
        assay = pm.Normal("assay_raw")
        bias = pm.Deterministic("assay_bias", scatter["assay_bias"][0] * assay)
        predicted = predicted + pt.where(activity, 0.0, bias)
        scale = pt.where(activity, sd("sd_activity"), sd("sd_concentration"))
        _observe("subjects", evidence.subjects, predicted, scale)

        # Of effects that no curve of a concentration sees, none is asked for.
        seen = np.flatnonzero(
            np.any(evidence.curves.model.directions.effects != 0, axis=1)
        )
        group = pm.Normal("curve_raw", shape=(len(evidence.curves.labels), len(seen)))
        raw = pt.zeros((len(evidence.curves.labels), n_effects))
        raw = pt.set_subtensor(raw[:, seen], group)
        of_mean = effects_of(raw) / np.sqrt(_PEOPLE_OF_A_CURVE)
        predicted = _Courses(evidence.curves.model)(x, of_mean)
        _observe("curves", evidence.curves, predicted, sd("sd_mean_curve"))

        n_starts = evidence.starts.model.n_groups
        predicted = _Courses(evidence.starts.model)(x, pt.zeros((n_starts, n_effects)))
        _observe(
            "starts",
            evidence.starts,
            predicted,
            pt.constant(scatter["sd_factor_level"][0]),
        )

        median, _ = _Clearances(evidence.clearances)(x)
        pm.StudentT(
            "clearances",
            nu=_FREEDOM,
            mu=median,
            sigma=scatter["sd_clearance"][0] / np.sqrt(evidence.clearances.n_curves),
            observed=evidence.clearances.observed,
        )

        of_site = sd("sd_site") * pm.Normal("site_raw", dims="site")
        pm.Deterministic("of_site", of_site, dims="site")
        doses = evidence.doses
        by_effect = doses.effects
        between = pt.constant(by_effect**2) @ w**2
        between += (
            2.0
            * rho
            * w[first]
            * w[second]
            * by_effect[:, first]
            * by_effect[:, second]
        )
        record = sd("sd_dose_record")
        freedom = 2.0 + sd("freedom_dose")
        pm.StudentT(
            "doses",
            nu=freedom,
            mu=_Doses(doses)(x) + of_site[doses.sites],
            # The variance of Student's t is nu/(nu - 2) of its squared scale.
            sigma=pt.sqrt((between + record**2) * (freedom - 2.0) / freedom),
            observed=doses.observed,
        )
    return model


def _observe(name: str, family: Family, predicted: Variable, scale: Variable) -> None:
    """Student's t about the prediction; below quantification, its tail."""
    seen = ~family.censored
    scales = pt.broadcast_to(scale, (len(family.observed),))
    pm.StudentT(
        name,
        nu=_FREEDOM,
        mu=predicted[seen],
        sigma=scales[seen],
        observed=family.observed[seen],
    )
    if np.any(family.censored):
        below = pm.StudentT.dist(
            nu=_FREEDOM, mu=predicted[family.censored], sigma=scales[family.censored]
        )
        pm.Potential(
            f"{name}_below", pm.logcdf(below, family.observed[family.censored]).sum()
        )
