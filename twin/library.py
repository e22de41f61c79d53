"""The model library: files of `models/` as checked, typed, frozen values.

An estimate that was fitted replaces the row it belongs to, so that whoever asks for a
number gets the current one together with its evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from twin.coagulation.assays import ProthrombinSurrogate
from twin.coagulation.surrogate_rows import surrogate_from
from twin.errors import LibraryError
from twin.genetics.allele_definitions import AlleleDefinitions
from twin.genetics.allele_tables import (
    AlleleFrequencies,
    AlleleFunctions,
)
from twin.genetics.guideline import GuidelineTable
from twin.genetics.phenotype import Phenotypes
from twin.interactions.medicines import Interactions, Timing
from twin.interactions.observed import ObservedChange, observed_of
from twin.kinetics import EnzymeKinetics
from twin.model_files import (
    content_sha256,
    models_folder,
    rows_of,
    table_of,
    text_of,
    toml_of,
)
from twin.pharmacogenes import Pharmacogenes, load_pharmacogenes
from twin.physiology.distribution import TissueComposition
from twin.physiology.organ_function_table import OrganFunction
from twin.physiology.reference_adult import BloodFlows, BodySize, OrganVolumes
from twin.sbml.administrations import administrations
from twin.sbml.evidence import evidence_of
from twin.sbml.model_spec import ModelSpec
from twin.sbml.reader import read
from twin.vocabulary.constant import ConstantTable
from twin.vocabulary.domain import (
    Domain,
    Indication,
    LabelBand,
    TargetRange,
    indications_of,
    label_bands_of,
)
from twin.vocabulary.estimate import TAKE_OUT, Estimates, fitted_rows
from twin.vocabulary.genotype import GENES

_Row = dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Everything the twin of one drug is made from."""

    drug: ConstantTable
    organs: OrganVolumes
    flows: BloodFlows
    size: BodySize
    composition: TissueComposition
    organ_function: OrganFunction
    definitions: AlleleDefinitions
    phenotypes: Phenotypes
    alleles: AlleleFunctions
    frequencies: AlleleFrequencies
    kinetics: EnzymeKinetics
    interactions: Interactions
    observed_interactions: tuple[ObservedChange, ...]
    surrogate: ProthrombinSurrogate
    domain: Domain
    target: TargetRange
    indications: Mapping[str, Indication]
    label_bands: tuple[LabelBand, ...]
    guideline: GuidelineTable
    algorithms: Mapping[str, Any]
    highest_readable_inr: float
    dangerous_inr: float
    fitted_doses_mg: tuple[float, float]
    farthest_dose_mg: float
    tablets_mg: tuple[float, ...]
    half_tablets: bool
    spec: ModelSpec
    version: str
    sha256: str
    substance: str
    estimates: Estimates
    reference_patient: Mapping[str, Any]
    panels: Mapping[str, Any]
    healthy_volunteer: Mapping[str, str]

    @property
    def pharmacogenes(self) -> Pharmacogenes:
        """What genes are called by."""
        return Pharmacogenes(self.definitions, self.phenotypes, self.frequencies)

    @property
    def fitted_constants(self) -> dict[str, float]:
        """Fitted SBML constants by id."""
        return {key[0]: e.value for key, e in self.estimates.for_file("sbml").items()}

    @property
    def tables(self) -> dict[str, ConstantTable]:
        """The tables of constants by file name."""
        made = (self.drug, *(getattr(self, name).constants for name in _MADE_OF_ROWS))
        return {table.name: table for table in made}

    def with_constant(self, file: str, key: tuple[str, ...], value: float) -> "Library":
        """The same library with another value in one row of a table.

        What doses are made of (salt factor, molar mass) stays as it is.

        Raises: LibraryError when the row cannot be changed alone.
        """
        table = self.tables[file].with_value(key, value)
        if table.name == self.drug.name:
            return replace(self, drug=table)
        name = next(n for n in _MADE_OF_ROWS if getattr(self, n).constants.name == file)
        if name == "interactions":
            return replace(self, interactions=self.interactions.with_constants(table))
        made = _MADE_OF_ROWS[name].from_rows(table.rows())
        if isinstance(made, AlleleFunctions):
            made = made.with_classes_of(self.alleles)
        return replace(self, **{name: made})

    def unverified(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Keys of what nobody has yet read in a source, by file; `sbml` by id."""
        by_file = {name: table.unverified() for name, table in self.tables.items()}
        by_file["sbml"] = tuple(
            (name,)
            for name, note in self.spec.notes.items()
            if (known := evidence_of(note)) and known.mark == "unverified"
        )
        return {name: keys for name, keys in by_file.items() if keys}


_MADE_OF_ROWS: Mapping[str, Any] = MappingProxyType(
    {
        "organs": OrganVolumes,
        "flows": BloodFlows,
        "size": BodySize,
        "composition": TissueComposition,
        "organ_function": OrganFunction,
        "alleles": AlleleFunctions,
        "frequencies": AlleleFrequencies,
        "kinetics": EnzymeKinetics,
        "interactions": Interactions,
    }
)
"""Field of the library -> what makes it of a table's rows."""


def load_library(
    drug: str = "warfarin",
    *,
    spec_text: str | None = None,
    estimates: Estimates | None = None,
) -> Library:
    """The library of one drug.

    Args:
        drug: name of its folder in `models/`.
        spec_text: SBML to use in place of the committed model (compiling it).
        estimates: point estimates to use in place of the committed ones (fitting).

    Raises: LibraryError naming the file that is missing or wrong.
    """
    models = models_folder()
    folder = models / drug
    settings = toml_of(folder / "model.toml", *_SETTINGS)
    estimates = estimates or Estimates.of(
        toml_of(folder / "fitted.toml", "date", "command", "data")
    )

    genetics, medicines = models / "genetics", models / "interactions"
    pharmacogenes = load_pharmacogenes()

    def rows(path: Path) -> list[_Row]:
        return fitted_rows(rows_of(path), estimates.for_file(path.name), path.name)

    physiology = models / "physiology"
    table = ConstantTable.from_rows(
        rows(folder / "drug.csv"), name="drug.csv", keys=("subject", "quantity")
    )
    products = toml_of(folder / "products.toml", "drug", "tablets")
    drug_itself, tablets = products["drug"], products["tablets"]
    volunteers = toml_of(folder / "validation_subjects.toml", "healthy_volunteer")
    targets = toml_of(
        folder / "target.toml",
        "default",
        "readable",
        "dangerous",
        "doses",
        "other_medicines",
    )
    text = spec_text if spec_text is not None else text_of(folder / "model.xml")
    library = Library(
        drug=table,
        organs=OrganVolumes.from_rows(rows(physiology / "organ_volumes.csv")),
        flows=BloodFlows.from_rows(rows(physiology / "blood_flows.csv")),
        size=BodySize.from_rows(rows(physiology / "body_size.csv")),
        composition=TissueComposition.from_rows(
            rows(physiology / "tissue_composition.csv")
        ),
        organ_function=OrganFunction.from_rows(rows(physiology / "organ_function.csv")),
        definitions=pharmacogenes.definitions,
        phenotypes=pharmacogenes.phenotypes,
        alleles=AlleleFunctions.from_rows(
            rows(genetics / "allele_function.csv"),
            cpic=pharmacogenes.phenotypes.functions,
        ),
        frequencies=AlleleFrequencies.from_rows(
            rows(genetics / "allele_frequency.csv")
        ),
        kinetics=EnzymeKinetics.from_rows(rows(folder / "enzyme_kinetics.csv")),
        interactions=Interactions.from_rows(
            rows(medicines / "mechanisms.csv"),
            medicines=table_of(medicines / "medicines.csv", "name", "atc"),
            hazards=table_of(medicines / "hazards.csv", "medicine", "blocks"),
            own_names=(*drug_itself["names"], *drug_itself["codes"]),
            timing=Timing(**targets["other_medicines"]["days"]),
        ),
        observed_interactions=observed_of(
            table_of(medicines / "observed.csv", "basis")
        ),
        surrogate=_surrogate(models / "clotting"),
        domain=Domain.of(toml_of(folder / "domain.toml", "fields", "scope")),
        target=TargetRange(**targets["default"]),
        indications=indications_of(table_of(folder / "indications.csv", "code", "low")),
        label_bands=label_bands_of(table_of(folder / "label_bands.csv", "quantity")),
        guideline=GuidelineTable.of(toml_of(folder / "cpic_2017.toml", "step", "note")),
        algorithms=MappingProxyType(
            toml_of(folder / "published_algorithms.toml", "coding")
        ),
        highest_readable_inr=targets["readable"]["highest_inr"],
        dangerous_inr=targets["dangerous"]["above_inr"],
        fitted_doses_mg=tuple(targets["doses"]["fitted_mg_per_day"]),
        farthest_dose_mg=targets["doses"]["farthest_mg_per_day"],
        tablets_mg=tuple(tablets["strengths_mg"]),
        half_tablets=tablets["halves"],
        spec=read(text, administrations=administrations(settings, table)),
        version=settings["version"],
        sha256=content_sha256(drug),
        substance=settings["substance"],
        estimates=estimates,
        reference_patient=MappingProxyType(settings["reference_patient"]),
        panels=MappingProxyType(toml_of(genetics / "panels.toml", *GENES)),
        healthy_volunteer=MappingProxyType(volunteers["healthy_volunteer"]),
    )
    _refuse_strays(estimates, library)
    return library


def prothrombin_time_test() -> ModelSpec:
    """The in-vitro test whose response surface the library's `surrogate` is."""
    return read(text_of(models_folder() / "clotting" / "prothrombin_time_test.xml"))


def _surrogate(folder: Path) -> ProthrombinSurrogate:
    name = "prothrombin_time_surrogate"
    needed = ("domain", "normal_time_s", "fit")
    return surrogate_from(
        rows_of(folder / f"{name}.csv"),
        toml_of(folder / f"{name}.toml", *needed),
        file=f"{name}.csv",
    )


def _refuse_strays(estimates: Estimates, library: Library) -> None:
    """An estimate of a file or a constant that there is not would go unnoticed."""
    strays = [
        f"{estimate.file} {' '.join(estimate.key)}"
        for estimate in estimates.estimates
        if not (
            estimate.file in library.tables
            or (estimate.file == "sbml" and estimate.key[0] in library.spec.constants)
        )
    ]
    if strays:
        raise LibraryError(
            f"fitted.toml names what does not exist: {', '.join(strays)}; {TAKE_OUT}"
        )


_SETTINGS = (
    "identifier",
    "version",
    "substance",
    "reference_patient",
    "administrations",
)
