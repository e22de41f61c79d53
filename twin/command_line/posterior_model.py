"""The population's model on the development data, made from files; loads PyMC."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm

from twin.command_line.fit import SUBJECTS, development_data
from twin.command_line.pkpd_file import read_studies
from twin.credibility.calibration.objective import CalibrationData, prior_centres
from twin.credibility.population.evidence import Evidence, evidence_of
from twin.credibility.population.form_evidence import FormEvidence, form_evidence
from twin.credibility.population.form_pymc_model import form_population_model
from twin.credibility.population.interweaving import Interweaving
from twin.credibility.population.pymc_model import population_model, spreads_model
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.forms.model_form import load_form
from twin.library import Library, load_library
from twin.model_files import model_sources, settings_file
from twin.population import point_estimates
from twin.sbml.compiler import compile_antimony
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import Priors


@dataclass(frozen=True, slots=True, eq=False)
class PopulationModel:
    """The model and what it is made of.

    estimates   float64[known], the point estimates: x = 0
    centres     float64[known], of the priors
    scatter     name -> centre, spread on the logarithm
    """

    model: pm.Model
    data: CalibrationData
    evidence: Evidence
    library: Library
    priors: Priors
    estimates: Floats
    centres: Floats
    scatter: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class FormPopulationModel:
    """The model of a published form and what it is made of; see `PopulationModel`."""

    model: pm.Model
    evidence: FormEvidence
    scatter: Mapping[str, tuple[float, float]]


def scatter_of(settings: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Name -> (centre, spread on the logarithm), of what `priors.toml` holds."""
    return {
        name: (float(entry["centre"]), float(entry["ln_spread"]))
        for name, entry in settings["posterior"].items()
        if isinstance(entry, Mapping)
    }


def form_model_of(folder: Path, name: str) -> FormPopulationModel:
    """A published form's model around the numbers of its paper."""
    library = load_library()
    evidence = form_evidence(
        load_form(name),
        read_studies(folder / SUBJECTS, library),
        library,
        engine=CompiledEngine(POPULATION, threads=1),
    )
    scatter = scatter_of(settings_file("priors"))
    return FormPopulationModel(
        form_population_model(evidence, scatter=scatter), evidence, scatter
    )


def interweaving_of(
    made: PopulationModel | FormPopulationModel,
) -> Interweaving | None:
    """How spreads of our own model are drawn between two steps; forms do without."""
    if isinstance(made, FormPopulationModel):
        return None
    effects = made.evidence.effects.names
    return Interweaving(made.model, spreads_model(made.evidence), effects)


def model_of(folder: Path) -> PopulationModel:
    """The population's model around the committed point estimates."""
    data, library = development_data(folder), load_library()
    settings = settings_file("priors")
    priors = Priors.of(settings)
    effects = BetweenPatients.of(settings_file("between_patients"))
    top, sources = model_sources()
    spec_text = compile_antimony(sources, top=top, presets={}).flat
    centres = prior_centres(priors, spec_text=spec_text)
    estimates = point_estimates(priors.parameters, library)
    scatter = scatter_of(settings)
    evidence = evidence_of(
        data,
        library,
        priors.parameters,
        effects,
        # One thread: chains run side by side.
        engine=CompiledEngine(POPULATION, threads=1),
        limit_mg_per_l=settings["posterior"]["limit_mg_per_l"],
    )
    model = population_model(
        evidence, prior_offset=np.log(centres / estimates), scatter=dict(scatter)
    )
    return PopulationModel(
        model, data, evidence, library, priors, estimates, centres, scatter
    )
