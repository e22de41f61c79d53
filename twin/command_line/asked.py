"""What every question about a patient starts with: file, options, library, twin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twin.command_line.patient_file import read_document
from twin.engine.compiled import CompiledEngine
from twin.errors import GenotypeError, InputError, PatientError, RegimenError
from twin.intake.ask import gene_names, question_for
from twin.intake.genotype import in_our_names
from twin.intake.laboratory import laboratory_file
from twin.intake.question import Question
from twin.intake.regimen import regimen_of
from twin.library import Library, load_library
from twin.lifecycle import Twin, build
from twin.units import HOURS_PER_DAY
from twin.vocabulary.genotype import GENES, GeneCall, Genotype


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that answers it."""

    question: Question
    library: Library
    twin: Twin
    engine: CompiledEngine


def asked(
    path: Path,
    *,
    daily_dose: str | None = None,
    days: int | None = None,
    fed: bool = False,
    genotype: Path | None = None,
    sample: str | None = None,
    frequency_population: str | None = None,
    acknowledge: Sequence[str] = (),
    learning: bool = False,
) -> Asked:
    """The question in a file, with the options that change it.

    Args:
        path: of the patient's file.
        daily_dose, days: asked about in place of the file's regimen.
        fed: tablets are taken with food.
        genotype, sample: a laboratory's file, and whose column in it; it takes the
            place of the genes in the patient's file.
        frequency_population: by which untested alleles are weighed.
        acknowledge: medicines whose block of the dose the user lifts.
        learning: the file's measurements will be learned from; else it is said that
            they are not.

    Raises: InputError naming the file or the option.
    """
    library = load_library()
    document = read_document(path)
    try:
        question = question_for(document, library)
    except InputError as error:
        raise type(error)(f"{path}: {error}") from error
    if genotype is not None:
        question = _with_genotype(question, genotype, sample, library)
    question = _with_population(question, frequency_population)
    question = _acknowledged(question, acknowledge, library)
    question = _with_options(question, library, daily_dose, days)
    if days is not None and daily_dose is None:
        _keep_every_dose(question)
    engine = CompiledEngine()
    warnings = (
        question.warnings if learning else (*question.warnings, *question.not_learned)
    )
    twin = build(question.patient, library, engine=engine, fed=fed, warnings=warnings)
    return Asked(question, library, twin, engine)


def _with_genotype(
    question: Question, path: Path, sample: str | None, library: Library
) -> Question:
    """The patient with the genes of a laboratory's file."""
    written = question.patient.genotype
    if written.results:
        genes = ", ".join(each.gene for each in written.results)
        raise GenotypeError(
            f"--genotype {path}: the patient's file gives {genes} too; keep one of them"
        )
    result = laboratory_file(path, library.pharmacogenes, sample=sample)
    names = gene_names(library)
    calls = [
        in_our_names(result.calls[gene], names[gene])
        for gene in GENES
        if _says_something(result.calls[gene])
    ]
    patient = replace(
        question.patient,
        genotype=Genotype.of_results(calls, written.frequency_population),
    )
    return replace(
        question, patient=patient, warnings=(*question.warnings, *result.remarks)
    )


def _says_something(call: GeneCall) -> bool:
    return bool(call.positions_read or call.pairs or call.undefined)


def _with_population(question: Question, population: str | None) -> Question:
    """The patient with a population stated for the frequencies of alleles."""
    genotype = question.patient.genotype
    if population is None:
        return question
    if genotype.frequency_population not in {None, population}:
        raise GenotypeError(
            f"--frequency-population {population}: the patient's file says "
            f"{genotype.frequency_population}; keep one of them"
        )
    changed = replace(genotype, frequency_population=population)
    return replace(question, patient=replace(question.patient, genotype=changed))


def _acknowledged(
    question: Question, names: Sequence[str], library: Library
) -> Question:
    """Mark medicines as acknowledged; each must be one that blocks the dose."""
    wanted = {name.strip().casefold() for name in names}
    taken = {m.name.casefold() for m in question.patient.co_medication}
    for name in sorted(wanted):
        if name not in taken:
            raise PatientError(
                f"--acknowledge {name}: the patient's file lists no such medicine"
            )
        if not library.interactions.blocks(name):
            raise PatientError(
                f"--acknowledge {name}: the twin knows it; leave the option out"
            )
    medicines = tuple(
        replace(m, acknowledged=m.acknowledged or m.name.casefold() in wanted)
        for m in question.patient.co_medication
    )
    return replace(question, patient=replace(question.patient, co_medication=medicines))


def _with_options(
    question: Question, library: Library, daily_dose: str | None, days: int | None
) -> Question:
    """Options are held to the same limits as fields of the file."""
    duration = None if days is None else f"{days} d"
    warnings = list(question.warnings)
    try:
        if daily_dose is not None:
            written = {"daily_dose": daily_dose, "duration": duration or "60 d"}
            regimen, n_days = regimen_of(
                written, library.domain, library.substance, warnings
            )
            return replace(
                question, regimen=regimen, days=n_days, warnings=tuple(warnings)
            )
        if duration is not None:
            checked = {"daily_dose": "5 mg", "duration": duration}
            _, n_days = regimen_of(checked, library.domain, library.substance, warnings)
            return replace(question, days=n_days, warnings=tuple(warnings))
    except InputError as error:
        raise type(error)(f"option: {error}") from error
    return question


def _keep_every_dose(question: Question) -> None:
    """Refuse to look at fewer days than the file's regimen has doses on."""
    if question.regimen is None or question.days is None:
        return
    last = question.regimen.doses[-1].time_h
    if last >= HOURS_PER_DAY * question.days:
        needed = int(last // HOURS_PER_DAY) + 1
        raise RegimenError(
            f"--days {question.days}: the file's last dose is at {last:g} h, on day "
            f"{needed}; write --days {needed} or more, or ask with --daily-dose"
        )
