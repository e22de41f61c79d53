"""What a published form says of a kind of observation.

A form computes an INR and one concentration.  The activity of the prothrombin complex
is read off its INR, for the forms have no factor IX or no factors at all.
"""

from collections.abc import Iterable

from twin.coagulation.assays import ProthrombinSurrogate, prothrombin_complex_at_ratio
from twin.errors import NumericsError
from twin.forms.model_form import ModelForm
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.prediction import Prediction

_ACTIVITY = "prothrombin_complex_activity"
_RATIO = "INR"


def kinds_of(form: ModelForm) -> tuple[str, ...]:
    """The kinds of observation that a form can be held against."""
    read_off = (_ACTIVITY,) if _RATIO in form.outputs else ()
    return (*form.outputs, *read_off)


def outputs_for(form: ModelForm, kinds: Iterable[str]) -> tuple[str, ...]:
    """SBML ids that a prediction needs to hold for `reading` of these kinds.

    Raises: NumericsError for a kind that the form does not compute.
    """
    return tuple(dict.fromkeys(_output(form, kind) for kind in kinds))


def reading(
    form: ModelForm,
    prediction: Prediction,
    kind: str,
    *,
    surrogate: ProthrombinSurrogate,
) -> Floats:
    """The course of one kind of observation, in the unit the kind has.

    The prothrombin complex activity is that of normal plasma so diluted that its PT
    ratio is the form's INR, at an ISI of 1 (`prothrombin_complex_at_ratio`).

    Args:
        form: whose prediction it is.
        prediction: with at least the outputs of `outputs_for`.
        kind: one of `kinds_of`.
        surrogate: the law of the PT.

    Returns: float64[draw, time]; NaN where a draw failed.

    Raises: NumericsError for a kind that the form does not compute.
    """
    course = prediction.of(_output(form, kind))
    if kind == _ACTIVITY:
        return prothrombin_complex_at_ratio(course, surrogate=surrogate)
    return course


def _output(form: ModelForm, kind: str) -> str:
    if kind not in kinds_of(form):
        raise NumericsError(
            f"{form.name} does not compute {kind!r}; it computes: "
            f"{', '.join(kinds_of(form))}"
        )
    return form.outputs[_RATIO if kind == _ACTIVITY else kind].id
