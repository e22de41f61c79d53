"""One written number, choice or list, checked and in canonical units.

Every refusal says which field, what was found, and what is accepted.
"""

import math
import re
from collections.abc import Mapping

from twin.errors import PatientError, UnitError
from twin.units import Quantity, accepted_units, canonical_unit, to_canonical
from twin.vocabulary.domain import Domain, FieldLimits
from twin.vocabulary.spelling import resembling

# No unit begins with a comma: 70,5 kg is not 70 of the unit ",5 kg".
_NUMBER = re.compile(r"\s*([-+]?\d++(?:\.\d*+)?+(?:[eE][-+]?\d++)?+)\s*([^\s,].*?)?\s*")


def quantity(
    written: object,
    field: str,
    domain: Domain,
    warnings: list[str],
    *,
    called: str | None = None,
) -> float:
    """A number with its unit, in the canonical unit, inside the hard limits.

    Args:
        written: as somebody wrote it.
        field: whose limits hold; of the fields, or of what is measured.
        called: what the message names instead, where many entries have the field.
    """
    limits, name = domain.limits(field), called or field
    try:
        value = to_canonical(_split(written, name, limits), limits.kind)
    except UnitError as error:
        raise UnitError(f"{name}: {error}") from error
    low, high = limits.hard
    if not low <= value <= high:
        raise PatientError(
            f"{name}: {_shown(value, limits)} is outside what is accepted, "
            f"{low:g} to {_shown(high, limits)}; {_advice(value, limits)}"
        )
    low, high = limits.soft
    if not low <= value <= high:
        warn(
            warnings,
            f"{name} {_shown(value, limits)} is unusual {_usual(limits)}: "
            "check it, and trust the answer less",
        )
    return value


def derived(
    value: float,
    name: str,
    fields: tuple[str, str],
    domain: Domain,
    warnings: list[str],
) -> None:
    """Hold what follows from two fields to its limits, naming both fields."""
    limits = domain.derived[name]
    one, other = fields
    what = f"{name.replace('_', ' ')} of {_shown(float(f'{value:.3g}'), limits)}"
    low, high = limits.hard
    if not low <= value <= high:
        raise PatientError(
            f"{one}: with the {other} it makes a {what}, outside what is accepted, "
            f"{low:g} to {_shown(high, limits)}; check both and their units"
        )
    low, high = limits.soft
    if not low <= value <= high:
        warn(
            warnings,
            f"{one} and {other} make a {what}, which is unusual {_usual(limits)}: "
            "check both, and trust the answer less",
        )


def _advice(value: float, limits: FieldLimits) -> str:
    """What to do with a value outside the hard limits."""
    said = limits.too_low if value < limits.hard[0] else limits.too_high
    if not said:
        return "check the value and its unit"
    tenth, (low, high) = value / 10, limits.soft
    if value > limits.hard[1] and low <= tenth <= high:
        return f"{said}; was {_shown(tenth, limits)} meant?"
    return said


def _usual(limits: FieldLimits) -> str:
    low, high = limits.soft
    known = "; these limits are not verified" * (limits.evidence == "unverified")
    return f"(outside {low:g} to {_shown(high, limits)}{known})"


def gathered(warnings: list[str]) -> list[str]:
    """The first warning of each field, saying how many other values are unusual."""
    by_field: dict[str, list[str]] = {}
    for text in warnings:
        by_field.setdefault(text.split(" ", 1)[0], []).append(text)
    return [
        first if not others else f"{first}; so are {len(others)} more values"
        for first, *others in by_field.values()
    ]


def warn(warnings: list[str], text: str) -> None:
    """Say it once, however often it is found."""
    if text not in warnings:
        warnings.append(text)


def _shown(value: float, limits: FieldLimits) -> str:
    unit = canonical_unit(limits.kind)
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def _split(written: object, name: str, limits: FieldLimits) -> Quantity:
    example = written_example(limits)
    if isinstance(written, Mapping):
        refuse_unknown(written, ("value", "unit"), where=name)
        number, unit = written.get("value"), written.get("unit")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise PatientError(
                f"{name}: value must be a number (not in quotes), got {kind_of(number)}"
            )
        if not isinstance(unit, str):
            raise UnitError(f"the unit is missing; write {example}")
        value = _float(number)
    elif isinstance(written, str):
        match = _NUMBER.fullmatch(written)
        if match is None:
            raise PatientError(
                f"{name}: {written!r} is not a number with a unit; write {example}, "
                "with a point for decimals"
            )
        if match[2] is None:
            raise UnitError(f"{written!r} has no unit; write {example}")
        value, unit = _float(match[1]), match[2]
    elif isinstance(written, int | float) and not isinstance(written, bool):
        raise UnitError(f"{written!r} has no unit; write {example}")
    else:
        raise PatientError(
            f"{name}: {kind_of(written)} is no quantity; write {example}"
        )
    if not math.isfinite(value):
        raise PatientError(
            f"{name}: the number is too large to be one; write {example}"
        )
    return Quantity(value, unit)


def _float(number: float | str) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf


def choice(written: object, name: str, choices: tuple[str, ...]) -> str:
    """One of the accepted words; where there are many, those like it come first."""
    if isinstance(written, str) and written in choices:
        return written
    like = (
        resembling(written, choices, most=_MOST_MEANT, alike=_LIKE_ENOUGH)
        if isinstance(written, str)
        else ()
    )
    meant = f"did you mean {' or '.join(like)}? " if like else ""
    raise PatientError(
        f"{name}: {kind_of(written)} is not accepted; {meant}"
        f"write one of: {', '.join(choices)}"
    )


_MOST_MEANT = 3
_LIKE_ENOUGH = 0.75


def yes_or_no(written: object, name: str) -> bool:
    """True or false; not given is false."""
    if written is None:
        return False
    if not isinstance(written, bool):
        raise PatientError(f"{name}: write true or false, got {kind_of(written)}")
    return written


def refuse_unknown(
    document: Mapping[object, object], known: tuple[str, ...], *, where: str
) -> None:
    """Raise, naming it, when a mapping has a field that nobody reads."""
    for name in document:
        if name not in known:
            raise PatientError(
                f"{where}: field {name!r} is not known; "
                f"known fields: {', '.join(known)}"
            )


def written_example(limits: FieldLimits) -> str:
    """How a value of this field is written, with the other accepted units."""
    shown = limits.example.split(" ", 1)[1]
    others = [code for code in accepted_units(limits.kind) if code != shown]
    return f"'{limits.example}'" + (f" (or in {', '.join(others)})" if others else "")


def kind_of(value: object) -> str:
    """What was found instead, in words and short enough for one line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a group of fields"
    return repr(value)[:60]
