"""What a published form of the model is: equations, alleles, differences, outputs.

Its equations are SBML and their numbers stand there; `form.toml` beside it says what
of a patient goes into which constant.  Nothing here knows a patient.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from twin.errors import LibraryError
from twin.model_files import form_files
from twin.reproducibility import digest
from twin.sbml.model_spec import Administration, ModelSpec
from twin.sbml.reader import read
from twin.vocabulary.constant import EVIDENCE
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.estimate import FreeParameter
from twin.vocabulary.genotype import GENES
from twin.vocabulary.scales import scale_in


@dataclass(frozen=True, slots=True)
class AlleleValue:
    """What one allele adds to its gene's quantity, and how that is known."""

    value: float
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class GeneInForm:
    """A gene's quantity: a person's is the sum over the two alleles.

    constants      SBML ids, one for each of the two places
    unit           of the values
    reference      the allele to which an allele the paper lacks is related
    alleles        those of the paper, by name
    other_alleles  what is done with one the paper lacks, in words
    """

    gene: str
    constants: tuple[str, str]
    unit: str
    reference: str
    alleles: Mapping[str, AlleleValue]
    other_alleles: str
    other_alleles_evidence: str


@dataclass(frozen=True, slots=True)
class AgeInForm:
    """SBML ids of the patient's age, of its slope and of the age it is counted from."""

    constant: str
    slope: str
    reference: str


@dataclass(frozen=True, slots=True)
class KnownInForm:
    """What is not known of people in general: each constant times exp(x).

    scale  where in the chain it acts, one of `SCALES`
    ln_sd  of x before our own data; one x for all of `constants`
    """

    name: str
    what: str
    scale: str
    constants: tuple[str, ...]
    ln_sd: float
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class FormOutput:
    """One thing the form computes: its SBML id, its unit, and of what it is."""

    id: str
    unit: str
    of: str


@dataclass(frozen=True, slots=True, eq=False)
class ModelForm:
    """A published model of the whole chain from dose to INR.

    spec           the equations, with where doses enter
    substance      what is taken, as regimens name it
    dose_source    why so much of it enters the model
    dose_evidence  how that is known
    genes          by gene
    age            None where age has no part
    effects        how people of one description differ
    known          how far the paper's numbers are sure
    outputs        kind of observation -> what the form computes of it
    does_not_know  what of a patient has no part, in words
    settings       what `form.toml` holds
    """

    name: str
    version: str
    citation: str
    doi: str
    spec: ModelSpec
    substance: str
    dose_source: str
    dose_evidence: str
    genes: Mapping[str, GeneInForm]
    age: AgeInForm | None
    effects: BetweenPatients
    known: tuple[KnownInForm, ...]
    outputs: Mapping[str, FormOutput]
    does_not_know: tuple[str, ...]
    settings: Mapping[str, Any] = field(repr=False)

    def __post_init__(self) -> None:
        for effect in self.effects.effects:
            self._need(effect.multiplies, f"effect {effect.name}")
            self._above_0(effect.ln_sd, f"effect {effect.name}: ln_sd")
            self._above_0(effect.ln_sd_spread, f"effect {effect.name}: ln_sd_spread")
        for known in self.known:
            self._need(known.constants, f"known {known.name}")
            self._above_0(known.ln_sd, f"known {known.name}: ln_sd")
        if self.age is not None:
            ids = (self.age.constant, self.age.slope, self.age.reference)
            self._need(ids, "age")
        for gene in self.genes.values():
            self._check_gene(gene)
        computed = {*self.spec.states, *self.spec.computed}
        for kind, output in self.outputs.items():
            if output.id not in computed:
                raise self._wrong(f"output {kind}: the SBML computes no {output.id}")
        marks = [self.dose_evidence]
        marks += [effect.evidence for effect in self.effects.effects]
        marks += [known.evidence for known in self.known]
        marks += [gene.other_alleles_evidence for gene in self.genes.values()]
        marks += [a.evidence for g in self.genes.values() for a in g.alleles.values()]
        if strange := sorted(set(marks) - set(EVIDENCE)):
            raise self._wrong(f"evidence {strange[0]!r}; write one of {EVIDENCE}")

    @property
    def sha256(self) -> str:
        """Over equations and settings: the form's identity."""
        return digest([self.spec.sha256, self.settings])

    @property
    def parameters_known(self) -> tuple[FreeParameter, ...]:
        """`known` as parameters of a population, in order: factors on the paper's."""
        return tuple(
            FreeParameter("form.toml", (each.name,), each.ln_sd, each.scale)
            for each in self.known
        )

    def _check_gene(self, gene: GeneInForm) -> None:
        if gene.gene not in GENES:
            raise self._wrong(f"gene {gene.gene!r}; the twin uses {', '.join(GENES)}")
        self._need(gene.constants, f"gene {gene.gene}")
        if len(gene.constants) != 2:
            raise self._wrong(f"gene {gene.gene}: name two constants, one an allele")
        if gene.reference not in gene.alleles:
            raise self._wrong(f"gene {gene.gene}: {gene.reference} has no value")
        expected = gene.alleles[gene.reference].value
        for name in gene.constants:
            if self.spec.constants[name] != expected:
                raise self._wrong(
                    f"gene {gene.gene}: {gene.reference} has {expected:g} {gene.unit}, "
                    f"and the SBML has {self.spec.constants[name]:g} for {name}"
                )

    def _above_0(self, value: float, where: str) -> None:
        if not (math.isfinite(value) and value > 0):
            raise self._wrong(f"{where} is above 0")

    def _need(self, names: tuple[str, ...], where: str) -> None:
        missing = [name for name in names if name not in self.spec.constants]
        if missing:
            raise self._wrong(f"{where}: the SBML has no constant {missing[0]}")

    def _wrong(self, what: str) -> LibraryError:
        return LibraryError(f"models/forms/{self.name}/form.toml: {what}")


def load_form(name: str) -> ModelForm:
    """A form of `models/forms`, e.g. `hamberg_2010`.

    Raises: LibraryError naming the forms there are, or what is wrong in the files.
    """
    text, settings = form_files(name)
    return form_of(text, settings)


def form_of(text: str, settings: Mapping[str, Any]) -> ModelForm:
    """A form of its SBML and of what its `form.toml` holds.

    Raises: LibraryError naming what is missing, or where the two disagree.
    """
    try:
        return _form(text, settings)
    except KeyError as error:
        raise LibraryError(
            f"models/forms/{settings.get('name', '?')}/form.toml: {error} is missing; "
            "restore the file"
        ) from error


def _form(text: str, settings: Mapping[str, Any]) -> ModelForm:
    file = f"models/forms/{settings['name']}/form.toml"
    dose = settings["administration"]
    entering = MappingProxyType({dose["species"]: float(dose["amount_per_mg"])})
    spec = read(text, administrations=[Administration(dose["substance"], entering)])
    if dose["species"] not in spec.states:
        raise LibraryError(
            f"{file}: administration: the SBML has no species {dose['species']}"
        )
    return ModelForm(
        name=settings["name"],
        version=settings["version"],
        citation=settings["citation"],
        doi=settings["doi"],
        spec=spec,
        substance=dose["substance"],
        dose_source=dose["source"],
        dose_evidence=dose["evidence"],
        genes=MappingProxyType(
            {gene: _gene(gene, entry) for gene, entry in settings["gene"].items()}
        ),
        age=_age(settings["age"]) if "age" in settings else None,
        effects=BetweenPatients.of(
            {
                "effect": settings["effect"],
                "gene": [{"name": g} | e for g, e in settings["gene"].items()],
            },
            source=file,
        ),
        known=tuple(
            KnownInForm(
                entry["name"],
                entry["what"],
                scale_in(entry, f"{file}: known {entry['name']}"),
                tuple(entry["constants"]),
                float(entry["ln_sd"]),
                entry["source"],
                entry["evidence"],
            )
            for entry in settings["known"]
        ),
        outputs=MappingProxyType(
            {
                kind: FormOutput(entry["id"], entry["unit"], entry["of"])
                for kind, entry in settings["output"].items()
            }
        ),
        does_not_know=tuple(settings["does_not_know"]),
        settings=MappingProxyType(dict(settings)),
    )


def _age(entry: Mapping[str, Any]) -> AgeInForm:
    return AgeInForm(entry["constant"], entry["slope"], entry["reference"])


def _gene(gene: str, entry: Mapping[str, Any]) -> GeneInForm:
    return GeneInForm(
        gene,
        tuple(entry["constants"]),
        entry["unit"],
        entry["reference"],
        MappingProxyType(
            {
                name: AlleleValue(
                    float(known["value"]), known["source"], known["evidence"]
                )
                for name, known in entry["alleles"].items()
            }
        ),
        entry["other_alleles"],
        entry["other_alleles_evidence"],
    )
