"""A patient as a published form sees them: its constants, and what it leaves out.

The form takes genotype and, where it has one, age.  All else that is known of the
patient has no effect there, which the reasons say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.forms.model_form import GeneInForm, ModelForm
from twin.genetics.allele_tables import Allele
from twin.genetics.function import gene_function
from twin.genetics.possibilities import GeneFunction, Place
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.genotype import GENES
from twin.vocabulary.patient import Patient

_NAMED = 4
"""How many alleles a sentence names; the others it counts."""


@dataclass(frozen=True, slots=True, eq=False)
class FormIndividual:
    """One patient in one form.

    parameters   SBML id -> value, all that the form takes from a patient
    genes        what is possible of each gene the form knows
    reasons      what was assumed and what has no effect, in sentences
    """

    form: ModelForm
    patient: Patient
    parameters: Mapping[str, float]
    genes: Mapping[str, GeneFunction]
    reasons: tuple[str, ...]


def individual_in(
    form: ModelForm, patient: Patient, library: Library
) -> FormIndividual:
    """The typical patient of a description, in a form.

        constant of a place = sum over its possible alleles of  weight · value

    exact for the mean over pairs, since a form adds its two alleles.  An allele that
    the paper does not have gets the value of the reference allele times what our own
    tables say of it (`relative_effect`).

    Args:
        form: from `load_form`.
        patient: of whom genotype and age are used.
        library: tables of alleles and their frequencies.

    Raises: GenotypeError for an allele or a population the tables do not know.
    """
    genes = {
        gene: gene_function(
            gene,
            patient.genotype,
            functions=library.alleles,
            frequencies=library.frequencies,
            definitions=library.definitions,
        )
        for gene in form.genes
    }
    parameters: dict[str, float] = {}
    reasons = []
    for gene, known in form.genes.items():
        for constant, place in zip(known.constants, genes[gene].places, strict=True):
            parameters[constant] = sum(
                weight * allele_value(known, allele, library)
                for allele, weight in place
            )
        reasons += [*genes[gene].reasons, *_lent(form, known, genes[gene])]
    if form.age is not None:
        parameters[form.age.constant] = float(patient.age_years)
    reasons.append(f"{form.name} does not know {_listed(form.does_not_know)}")
    if idle := _without_effect(form, patient):
        reasons.append(f"stated, and without effect in {form.name}: {_listed(idle)}")
    return FormIndividual(
        form,
        patient,
        MappingProxyType(parameters),
        MappingProxyType(genes),
        tuple(reasons),
    )


def form_parameters(
    form: ModelForm, patient: Patient, library: Library
) -> dict[str, float]:
    """A patient's typical values by SBML id; what they rest on says `individual_in`."""
    return dict(individual_in(form, patient, library).parameters)


def allele_value(gene: GeneInForm, allele: Allele, library: Library) -> float:
    """What one allele adds to the gene's quantity, in the gene's unit."""
    if allele.name in gene.alleles:
        return gene.alleles[allele.name].value
    reference = gene.alleles[gene.reference].value
    return reference * relative_effect(gene.gene, allele, library)


def relative_effect(gene: str, allele: Allele, library: Library) -> float:
    """What our own tables say of an allele, relative to the reference allele.

        CYP2C9   1 - fm + fm a      fm its share of the clearance of S-warfarin
        others   a                  activity or expression

    Assumes: clearance in proportion to intrinsic clearance, as for a drug of low
    extraction.  Before fitting the tables gave 0.51 and 0.24 for *2 and *3, the
    published ratios.
    """
    if gene != "CYP2C9":
        return allele.activity
    share = library.kinetics.cyp2c9_share_of_s
    return 1 - share + share * allele.activity


def with_effects(
    form: ModelForm,
    parameters: Mapping[str, float],
    etas: Mapping[str, npt.ArrayLike],
) -> dict[str, Floats]:
    """Parameters of people who differ from the typical one.

        constant = typical · exp(eta),  for each constant of each effect named

    Args:
        form: whose effects are meant.
        parameters: typical values by SBML id; a constant that is not among them has
            the value of the SBML.
        etas: by name of the effect, float64[draw] or numbers.

    Returns: SBML id -> float64[draw], or a number where nothing varies.

    Raises: NumericsError for an effect that the form does not have.
    """
    effects = {effect.name: effect for effect in form.effects.effects}
    if strange := sorted(set(etas) - set(effects)):
        raise NumericsError(
            f"{form.name} has no effect {strange[0]!r}; it has {', '.join(effects)}"
        )
    found = {name: np.asarray(value, float) for name, value in parameters.items()}
    for name, eta in etas.items():
        factor = np.exp(np.asarray(eta, float))
        for constant in effects[name].multiplies:
            typical = found.get(constant, np.asarray(form.spec.constants[constant]))
            found[constant] = typical * factor
    return found


def _lent(form: ModelForm, gene: GeneInForm, function: GeneFunction) -> list[str]:
    """A sentence on the possible alleles that the paper does not have, if any."""
    weights: dict[str, float] = {}
    for place in function.places:
        _add(weights, place)
    lent = [name for name in weights if name not in gene.alleles]
    if not lent:
        return []
    lent.sort(key=lambda name: -weights[name])
    named = ", ".join(lent[:_NAMED])
    more = f" and {len(lent) - _NAMED} rarer" if len(lent) > _NAMED else ""
    taken = f"{gene.other_alleles} ({gene.other_alleles_evidence})"
    return [f"{gene.gene} {named}{more}: not in {form.name}; taken as {taken}"]


def _add(weights: dict[str, float], place: Place) -> None:
    for allele, weight in place:
        weights[allele.name] = weights.get(allele.name, 0.0) + weight


def _without_effect(form: ModelForm, patient: Patient) -> tuple[str, ...]:
    """What is stated of a patient and has no part in the form."""
    unknown_genes = [gene for gene in GENES if gene not in form.genes]
    stated = {
        "liver disease": patient.liver_disease,
        "kidney function": patient.egfr_ml_per_min_per_1_73m2
        or patient.creatinine_mg_per_dl,
        "albumin": patient.albumin_g_per_l,
        "cardiac output": patient.cardiac_output_l_per_h,
        "blood volume": patient.blood_volume_l,
        "haematocrit": patient.haematocrit,
        "vitamin K from food": patient.vitamin_k_intake_ug_per_day,
        **{gene: patient.genotype.of(gene) for gene in unknown_genes},
    }
    return (
        *(name for name, value in stated.items() if value is not None),
        *(medicine.name for medicine in patient.co_medication),
    )


def _listed(names: tuple[str, ...]) -> str:
    return "; ".join(names)
