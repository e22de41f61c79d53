"""What is to be said of a proposed dose: its check, how usual it is, the label."""

from twin.dosing.recommend import Recommendation
from twin.lifecycle import Twin
from twin.vocabulary.domain import TargetRange

_INR_THAT_MATTERS = 0.1  # as fine as a laboratory reports it


def check_warning(dose: Recommendation | None) -> tuple[str, ...]:
    """Said when the full model does not confirm the closed form."""
    if dose is None:
        return ()
    wanted, found = dose.target.middle, dose.check.inr_mean_of_last_day
    if abs(found - wanted) <= _INR_THAT_MATTERS:
        return ()
    said = (
        f"after {dose.check.days} days on this dose the full model gives a mean INR of "
        f"{found:.2f}, not {wanted:.2f}: closed form and full model disagree in this "
        "patient; trust neither without INRs"
    )
    return (said,)


def unusual_dose(twin: Twin, dose: Recommendation | None) -> tuple[str, ...]:
    """Said when hardly any patient the model was fitted to took such a dose."""
    if dose is None:
        return ()
    low, high = twin.library.fitted_doses_mg
    if low <= dose.dose_mg_per_day <= high:
        return ()
    said = (
        f"{dose.dose_mg_per_day:.2g} mg/day lies outside {low:g} to {high:g} mg/day, "
        "where all but 1 % of the fitted patients' doses lie: check the description, "
        "above all medicines and genes, before believing it"
    )
    return (said,)


def label_says(
    twin: Twin, dose: Recommendation | None, target: TargetRange
) -> tuple[str, ...]:
    """What the label says of this age, weight, target and dose."""
    values = {
        "age": twin.patient.age_years,
        "weight": twin.patient.weight_kg,
        "target_inr": target.high,
        "maintenance_dose": None if dose is None else dose.dose_mg_per_day,
    }
    return tuple(
        f"{band.says} ({band.source})"
        for band in twin.library.label_bands
        if (value := values.get(band.quantity)) is not None and band.holds(value)
    )
