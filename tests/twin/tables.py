"""The product's own tables, parsed once, for the tests of the biology."""

import csv

from tests.architecture.repository import ROOT
from twin.genetics.allele_tables import AlleleFrequencies, AlleleFunctions
from twin.interactions.medicines import Interactions, Timing
from twin.kinetics import EnzymeKinetics
from twin.pharmacogenes import load_pharmacogenes
from twin.physiology.distribution import TissueComposition
from twin.physiology.organ_function_table import OrganFunction
from twin.physiology.reference_adult import BloodFlows, BodySize, OrganVolumes
from twin.vocabulary.constant import ConstantTable


def rows(path: str) -> list[dict[str, str]]:
    """The rows of a table under models/."""
    with (ROOT / "models" / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ORGANS = OrganVolumes.from_rows(rows("physiology/organ_volumes.csv"))
FLOWS = BloodFlows.from_rows(rows("physiology/blood_flows.csv"))
SIZE = BodySize.from_rows(rows("physiology/body_size.csv"))
COMPOSITION = TissueComposition.from_rows(rows("physiology/tissue_composition.csv"))
FUNCTION = OrganFunction.from_rows(rows("physiology/organ_function.csv"))
DRUG = ConstantTable.from_rows(
    rows("warfarin/drug.csv"), name="drug.csv", keys=("subject", "quantity")
)
KINETICS = EnzymeKinetics.from_rows(rows("warfarin/enzyme_kinetics.csv"))
INTERACTIONS = Interactions.from_rows(
    rows("interactions/mechanisms.csv"),
    medicines=rows("interactions/medicines.csv"),
    hazards=rows("interactions/hazards.csv"),
    own_names=(),
    timing=Timing(7.0, 28.0, 30.0),
)
PHARMACOGENES = load_pharmacogenes()
DEFINITIONS = PHARMACOGENES.definitions
ALLELES = AlleleFunctions.from_rows(
    rows("genetics/allele_function.csv"), cpic=PHARMACOGENES.phenotypes.functions
)
FREQUENCIES = AlleleFrequencies.from_rows(rows("genetics/allele_frequency.csv"))
