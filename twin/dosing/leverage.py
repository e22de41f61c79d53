"""What the dose hangs on: numbers nobody read in a source, and the patient's traits.

Both are answered in closed form on many parameter sets at once: each set differs from
the patient's own in one thing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.dosing.recommend import steady_chain
from twin.errors import InputError, LibraryError
from twin.individualise import individualise
from twin.intake.ask import reference_patient
from twin.interactions.exposure import is_there_at_rest
from twin.interactions.medicines import Interactions
from twin.library import Library
from twin.lifecycle import Twin
from twin.sbml.evidence import evidence_of
from twin.vocabulary.genotype import GENES
from twin.vocabulary.patient import Patient

Floats = npt.NDArray[np.float64]
Parameters = Mapping[str, float]

_STEP = 0.01  # relative; small enough for a slope, far above rounding
_NO_EFFECT = 1e-6


@dataclass(frozen=True, slots=True)
class Leverage:
    """One unverified number and how the dose follows it.

    file         table, or `sbml` for a constant of the equations
    elasticity   d ln(dose) / d ln(number): 1 means a dose 10 % higher for a number
                 10 % higher.  None where the number cannot be changed alone.
    """

    file: str
    name: str
    value: float
    unit: str
    source: str
    elasticity: float | None


@dataclass(frozen=True, slots=True)
class Unverified:
    """The unverified numbers that this dose rests on, the strongest first.

    without_effect   how many others do not move it
    """

    matter: tuple[Leverage, ...]
    without_effect: int


@dataclass(frozen=True, slots=True)
class Driver:
    """One trait of the patient and what it does to the dose.

    factor   the patient's dose over that of the same patient with `reference`
    """

    trait: str
    value: str
    reference: str
    factor: float


def hangs_on(twin: Twin, inr: float) -> tuple[Unverified, tuple[Driver, ...]]:
    """What the dose for an INR hangs on, in one search for all doses.

    How it follows each unverified number, by a change of 1 %; and what each trait does
    to it against the model's reference patient.  One trait at a time is put back; the
    factors need not multiply to the whole.
    """
    own = _own_parameters(twin)
    numbers, changed = _with_each_number(twin, own)
    traits, usual = _with_each_trait(twin, own)
    doses = _doses(twin, [own, *changed, *usual], inr)
    split = 1 + len(changed)
    return (
        _leverage(numbers, doses[1:split] / doses[0]),
        _drivers(traits, doses[0] / doses[split:]),
    )


def _with_each_number(
    twin: Twin, own: Parameters
) -> tuple[list[Leverage], list[Parameters]]:
    """Unverified numbers, and the patient's parameters with each 1 % higher."""
    library = twin.library
    known: list[Leverage] = []
    sets: list[Parameters] = []
    for file, keys in library.unverified().items():
        for key in keys:
            number = _described(library, file, key)
            value = number.value * (1 + _STEP)
            if file == "sbml":
                known.append(number)
                sets.append({**own, key[0]: value})
                continue
            try:
                changed = library.with_constant(file, key, value)
            except LibraryError:  # it moves only together with others
                known.append(replace(number, elasticity=None))
                sets.append(own)
                continue
            known.append(number)
            sets.append({**own, **_under(twin, changed)})
    return known, sets


def _under(twin: Twin, library: Library) -> Parameters:
    """The patient's parameters by other tables; genes read anew if theirs differ."""
    mine = twin.library
    same = library.alleles is mine.alleles and library.frequencies is mine.frequencies
    return individualise(
        twin.patient,
        library,
        fed=twin.individual.body.fed,
        genes=twin.individual.genes if same else None,
    ).parameters


def _leverage(known: Sequence[Leverage], ratios: Floats) -> Unverified:
    slopes = np.log(ratios) / np.log1p(_STEP)
    found = [
        item if item.elasticity is None else replace(item, elasticity=float(slope))
        for item, slope in zip(known, slopes, strict=True)
    ]
    matter = [f for f in found if f.elasticity and abs(f.elasticity) > _NO_EFFECT]
    matter.sort(key=lambda item: -abs(item.elasticity or 0.0))
    alone = [f for f in found if f.elasticity is None]
    return Unverified((*matter, *alone), len(found) - len(matter) - len(alone))


_Trait = tuple[str, str, str]


def _with_each_trait(
    twin: Twin, own: Parameters
) -> tuple[list[_Trait], list[Parameters]]:
    """Traits, and the patient's parameters with each as in the reference patient."""
    traits: list[_Trait] = []
    sets: list[Parameters] = []
    for trait, value, reference, other in _variants(
        twin, reference_patient(twin.library)
    ):
        try:
            individual = individualise(
                other, twin.library, fed=twin.individual.body.fed
            )
        except InputError:  # it cannot be undone alone: albumin that grades a liver
            continue
        traits.append((trait, value, reference))
        sets.append({**own, **individual.parameters})
    return traits, sets


def _drivers(traits: Sequence[_Trait], factors: Floats) -> tuple[Driver, ...]:
    found = [
        Driver(*trait, float(factor))
        for trait, factor in zip(traits, factors, strict=True)
        if np.isfinite(factor)
    ]
    return tuple(sorted(found, key=lambda driver: -abs(np.log(driver.factor))))


def _described(library: Library, file: str, key: tuple[str, ...]) -> Leverage:
    if file == "sbml":
        name = key[0]
        known = evidence_of(library.spec.notes[name])
        value = library.fitted_constants.get(name, library.spec.constants[name])
        unit, source = library.spec.units[name], known.source if known else ""
    else:
        constant = library.tables[file].constants[key]
        value, unit, source = constant.value, constant.unit, constant.source
        name = " ".join(key)
    return Leverage(file, name, value, unit, source, 0.0)


def _own_parameters(twin: Twin) -> dict[str, float]:
    return {**twin.library.spec.constants, **twin.individual.parameters}


def _doses(twin: Twin, sets: Sequence[Mapping[str, float]], inr: float) -> Floats:
    """Dose for an INR with each set of parameters, float64[set]."""
    stacked = {name: np.array([one[name] for one in sets]) for name in sets[0]}
    chain = steady_chain(twin)
    return replace(chain, parameters=stacked).dose_for(inr)


def _variants(
    twin: Twin, reference: Patient
) -> Iterable[tuple[str, str, str, Patient]]:
    """Trait, the patient's value, the reference's, and the patient with that."""
    patient = twin.patient
    for gene in GENES:
        found, usual = patient.genotype.of(gene), reference.genotype.of(gene)
        if usual is None or found == usual:
            continue
        genotype = patient.genotype.with_result(gene, usual)
        yield (
            gene,
            twin.individual.genes[gene].reported or "not tested",
            usual.text,
            replace(patient, genotype=genotype),
        )
    for trait, fields, text in _traits(twin.library.interactions):
        usual_values = {name: getattr(reference, name) for name in fields}
        if usual_values == {name: getattr(patient, name) for name in fields}:
            continue
        yield (
            trait,
            text(patient),
            text(reference),
            replace(patient, **usual_values),
        )


def _measured(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:g} {unit}"


def _blood(patient: Patient) -> str:
    parts = (
        f"{_measured(patient.cardiac_output_l_per_h, 'L/h')} cardiac output",
        f"{_measured(patient.blood_volume_l, 'L')} blood",
        f"haematocrit {_measured(patient.haematocrit, '').strip()}",
    )
    return ", ".join(part for part in parts if "not measured" not in part) or "assumed"


def _kidney(patient: Patient) -> str:
    if patient.egfr_ml_per_min_per_1_73m2 is not None:
        return f"eGFR {patient.egfr_ml_per_min_per_1_73m2:g}"
    return f"creatinine {_measured(patient.creatinine_mg_per_dl, 'mg/dL')}"


def _liver(patient: Patient) -> str:
    if patient.liver_disease is None:
        return "healthy"
    return f"Child-Pugh {patient.liver_disease.child_pugh_class or 'from findings'}"


_Text = Callable[[Patient], str]


def _traits(
    interactions: Interactions,
) -> tuple[tuple[str, tuple[str, ...], _Text], ...]:
    """Each trait's name, the patient's fields it is made of, and how it is told."""
    return (
        ("age", ("age_years",), lambda p: f"{p.age_years:g} a"),
        (
            "body",
            ("sex", "weight_kg", "height_cm"),
            lambda p: f"{p.sex}, {p.weight_kg:g} kg, {p.height_cm:g} cm",
        ),
        ("blood", ("cardiac_output_l_per_h", "blood_volume_l", "haematocrit"), _blood),
        (
            "albumin",
            ("albumin_g_per_l",),
            lambda p: _measured(p.albumin_g_per_l, "g/L"),
        ),
        ("kidney", ("egfr_ml_per_min_per_1_73m2", "creatinine_mg_per_dl"), _kidney),
        ("liver", ("liver_disease",), _liver),
        (
            "co-medication",
            ("co_medication",),
            lambda p: (
                ", ".join(
                    m.name for m in p.co_medication if is_there_at_rest(m, interactions)
                )
                or "none"
            ),
        ),
        (
            "vitamin K",
            ("vitamin_k_intake_ug_per_day",),
            lambda p: _measured(p.vitamin_k_intake_ug_per_day, "ug/d"),
        ),
    )
