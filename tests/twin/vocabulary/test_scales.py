"""Every parameter and every difference between people says where it acts."""

import copy

import pytest

from twin.errors import LibraryError
from twin.model_files import alternative_forms, settings_file
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.estimate import FreeParameter, Priors
from twin.vocabulary.genotype import GENES
from twin.vocabulary.scales import SCALES

PRIORS = settings_file("priors")
BETWEEN = settings_file("between_patients")


def test_every_entry_of_the_library_has_a_scale():
    effects = BetweenPatients.of(BETWEEN)
    free = [f["parameter"] for f in alternative_forms() if "parameter" in f]
    named = [
        *(p.scale for p in Priors.of(PRIORS).parameters),
        *(e.scale for e in effects.effects),
        *(FreeParameter.of(entry, source="forms.toml").scale for entry in free),
    ]

    assert set(named) <= set(SCALES)
    assert set(effects.gene_scales) == set(GENES)
    assert "laboratory" not in named


@pytest.mark.parametrize("scale", [None, "liver", 3])
@pytest.mark.parametrize(
    ("content", "kind", "read", "said"),
    [
        (PRIORS, "parameter", Priors.of, "priors.toml: parameter S CYP2C9 km"),
        (BETWEEN, "effect", BetweenPatients.of, "effect clearance_S"),
        (BETWEEN, "gene", BetweenPatients.of, "gene CYP2C9"),
    ],
)
def test_an_entry_without_a_known_scale_is_refused(content, kind, read, said, scale):
    changed = copy.deepcopy(content)
    entry = changed[kind][0]
    if scale is None:
        del entry["scale"]
    else:
        entry["scale"] = scale

    with pytest.raises(LibraryError, match=said) as told:
        read(changed)
    assert "kinetics, organs, target" in str(told.value)
