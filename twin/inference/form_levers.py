"""The levers of a patient in a published form: the same learning, other equations.

A form multiplies its constants by exp(x) for what is not known of people in general and
by exp(z) for what differs between them, so its levers are exact.  It has no offsets, no
bends and no vitamin K cycle whose rest would follow from all else.
"""

from collections.abc import Sequence

import numpy as np

from twin.forms.in_form import FormIndividual, allele_value
from twin.forms.model_form import GeneInForm, ModelForm
from twin.forms.readings import kinds_of
from twin.genetics.possibilities import GeneFunction
from twin.inference.levers import GeneLever, Levers
from twin.inference.patient_levers import possible_pairs
from twin.library import Library
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.observation import Observation


def levers_in_form(
    individual: FormIndividual, library: Library, *, mean_alleles: bool = False
) -> Levers:
    """The levers of one patient in one form.

        p = p_h exp(A x + E z),   A and E of zeros and ones

    x are the form's `known`, z its effects, h the alleles that stay possible.  What an
    allele adds is held at its published value.

    Args:
        individual: from `individual_in`.
        library: the one it was made from.
        mean_alleles: where several alleles stay possible, take their mean, as
            `individual_in` does; else keep the pairs apart.

    Returns: levers whose centre has the pair of alleles that adds most.
    """
    form = individual.form
    names = tuple(
        dict.fromkeys(
            [
                *individual.parameters,
                *(name for known in form.known for name in known.constants),
                *(name for e in form.effects.effects for name in e.multiplies),
            ]
        )
    )
    centre = np.array(
        [individual.parameters.get(n, form.spec.constants[n]) for n in names]
    )
    genes: list[GeneLever] = []
    for gene, known in form.genes.items():
        function = individual.genes[gene]
        if not mean_alleles and not function.is_certain:
            place = [names.index(constant) for constant in known.constants]
            lever, centre[place] = _gene_lever(known, function, library, names, place)
            genes.append(lever)
    return Levers(
        names,
        form.parameters_known,
        form.effects,
        frozen_array(centre),
        frozen_array(np.zeros(len(names))),
        _ones([known.constants for known in form.known], names),
        frozen_array(np.zeros((len(form.known), len(names)))),
        _ones([effect.multiplies for effect in form.effects.effects], names),
        tuple(genes),
        form.spec.constants,
        has_cycle=False,
    )


def measurable(
    form: ModelForm, observations: Sequence[Observation]
) -> tuple[Observation, ...]:
    """Those of the observations that a form computes; of the others it says nothing.

    Forms may be weighed against one another on what all of them compute, and no more.
    """
    kinds = kinds_of(form)
    return tuple(each for each in observations if each.kind in kinds)


def untested_ln_sds(individual: FormIndividual, library: Library) -> Floats:
    """What genes nobody tested add to the spread of each effect, float64[effect].

    The standard deviation, over the pairs of alleles that stay possible, of the
    logarithm of what both add together; of an effect on the same constants.  A normal
    stands for the few pairs that are common, as for our own twin's volunteers.
    """
    form = individual.form
    found = np.zeros(len(form.effects.effects))
    for gene, known in form.genes.items():
        pairs = individual.genes[gene].possibilities
        weight = np.array([pair.weight for pair in pairs])
        together = np.log(
            [sum(allele_value(known, a, library) for a in p.alleles) for p in pairs]
        )
        variance = weight @ (together - weight @ together) ** 2
        for place, effect in enumerate(form.effects.effects):
            if set(known.constants) <= set(effect.multiplies):
                found[place] = np.sqrt(found[place] ** 2 + variance)
    return found


def _gene_lever(
    known: GeneInForm,
    function: GeneFunction,
    library: Library,
    names: Sequence[str],
    place: Sequence[int],
) -> tuple[GeneLever, Floats]:
    """The lever of a gene, and what its likeliest pair of most effect adds."""
    pairs = possible_pairs(function)
    values = np.array(
        [[allele_value(known, a, library) for a in pair.alleles] for pair in pairs]
    )
    centre = values[np.argmax(values.sum(axis=1))]
    factors = np.ones((len(pairs), len(names)))
    factors[:, place] = values / centre
    weights = np.array([pair.weight for pair in pairs])
    lever = GeneLever(
        known.gene,
        tuple("/".join(pair.names) for pair in pairs),
        frozen_array(weights / weights.sum()),
        frozen_array(factors),
        np.zeros(0, np.int64),
        frozen_array(np.zeros((len(pairs), 0, len(names)))),
    )
    return lever, np.asarray(centre)


def _ones(constants: Sequence[Sequence[str]], names: Sequence[str]) -> Floats:
    """1 where a constant is moved, float64[mover, parameter]."""
    return frozen_array(
        [[float(name in moved) for name in names] for moved in constants]
    )
