"""The other medicines of a patient's file: names, or names with dose and days."""

from collections.abc import Mapping

from twin.errors import PatientError
from twin.intake.quantity import kind_of, quantity, refuse_unknown, yes_or_no
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.domain import Domain

_FIELDS = ("medicine", "daily_dose", "start", "stop", "acknowledged")
_EXAMPLE = "e.g. {medicine: amiodarone, daily_dose: 200 mg, start: -14 d, stop: 30 d}"


def co_medication_of(
    written: object, domain: Domain, warnings: list[str]
) -> tuple[CoMedicine, ...]:
    """The medicines a file lists; None is "none".

    Days count from the first dose of the drug; -14 d is two weeks before.

    Raises: PatientError, UnitError naming the medicine.
    """
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PatientError(
            f"co_medication: write a list of medicines, by name or {_EXAMPLE}; got "
            f"{kind_of(written)}"
        )
    found = [
        _medicine(each, f"medicine {number}", domain, warnings)
        for number, each in enumerate(written, start=1)
    ]
    names = [each.name.casefold() for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PatientError(
            f"co_medication: {twice[0]} is listed more than once; keep one entry"
        )
    return tuple(found)


def _medicine(
    written: object, where: str, domain: Domain, warnings: list[str]
) -> CoMedicine:
    if isinstance(written, str) and written.strip():
        return CoMedicine(written.strip())
    if not isinstance(written, Mapping):
        raise PatientError(
            f"{where}: write a name, or {_EXAMPLE}; got {kind_of(written)}"
        )
    refuse_unknown(written, _FIELDS, where=where)
    name = written.get("medicine")
    if not isinstance(name, str) or not name.strip():
        raise PatientError(f"{where}: medicine is missing; write its name, {_EXAMPLE}")
    name = name.strip()

    def number(field: str, limits: str) -> float | None:
        if written.get(field) is None:
            return None
        called = f"{where} ({name}): {field}"
        return quantity(written[field], limits, domain, warnings, called=called)

    def day(field: str) -> float | None:
        hours = number(field, "co_medicine_day")
        return None if hours is None else hours / HOURS_PER_DAY

    dose = number("daily_dose", "co_medicine_dose")
    start, stop = day("start"), day("stop")
    acknowledged = yes_or_no(
        written.get("acknowledged"), f"{where} ({name}): acknowledged"
    )
    try:
        return CoMedicine(name, dose, start, stop, acknowledged)
    except PatientError as error:
        raise PatientError(f"{where}: {error}") from error
