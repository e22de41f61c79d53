"""The other medicines of a patient's file: names, or names with dose and days."""

from collections.abc import Mapping

from twin.errors import PatientError
from twin.intake.quantity import kind_of, quantity, refuse_unknown, yes_or_no
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.domain import Domain

_FIELDS = ("medicine", "daily_dose", "start", "stop", "acknowledged")
_EXAMPLE = "e.g. {medicine: amiodarone, daily_dose: 200 mg, start: -14 d, stop: 30 d}"
_HOURS_PER_DAY = 24.0


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
    found = [_medicine(each, domain, warnings) for each in written]
    names = [each.name.casefold() for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PatientError(
            f"co_medication: {twice[0]} is listed more than once; keep one entry"
        )
    return tuple(found)


def _medicine(written: object, domain: Domain, warnings: list[str]) -> CoMedicine:
    if isinstance(written, str) and written.strip():
        return CoMedicine(written.strip())
    if not isinstance(written, Mapping):
        raise PatientError(
            f"co_medication: write a name, or {_EXAMPLE}; got {kind_of(written)}"
        )
    refuse_unknown(written, _FIELDS, where="co_medication")
    name = written.get("medicine")
    if not isinstance(name, str) or not name.strip():
        raise PatientError(f"co_medication: the medicine's name is missing; {_EXAMPLE}")

    def number(field: str, limits: str) -> float | None:
        if written.get(field) is None:
            return None
        return quantity(written[field], limits, domain, warnings)

    def day(field: str) -> float | None:
        hours = number(field, "co_medicine_day")
        return None if hours is None else hours / _HOURS_PER_DAY

    return CoMedicine(
        name.strip(),
        number("daily_dose", "co_medicine_dose"),
        day("start"),
        day("stop"),
        yes_or_no(written.get("acknowledged"), "acknowledged"),
    )
