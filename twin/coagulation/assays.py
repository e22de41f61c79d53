"""Factor levels as a laboratory reports them: PT ratio, INR, prothrombin complex.

The PT comes from a polynomial fitted to the in-vitro network; its coefficients are
an argument.  It speaks only inside the box of levels it was fitted on and refuses
outside, where the caller runs the network (`multiscale/clotting_network.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.kernels import side_by_side
from twin.vocabulary.ensemble import Floats

Levels = Mapping[str, npt.ArrayLike]
"""Factor -> level as a fraction of normal; the arrays broadcast to one shape."""

# The proteins that a prothrombin-complex test dilutes together; its reagent brings
# fibrinogen and factor V (Owren 1959, Lancet 274:754).
PROTHROMBIN_COMPLEX = ("II", "VII", "IX", "X")

_HALVINGS = 52  # of the bracket: down to the last bit of a float64


@dataclass(frozen=True, slots=True, eq=False)
class ProthrombinSurrogate:
    """ln(PT/PT0) as a polynomial of the logarithms of factor levels.

        ln(PT/PT0) = sum over terms of  b_term · product of (ln level_f)^n_term,f

    Without a constant term: normal plasma has ratio 1 exactly.

    factors        names of the columns
    exponents      int64[term, factor]
    coefficients   float64[term]
    lowest         float64[factor]  the box it was fitted on, fractions of normal
    highest        float64[factor]
    normal_time_s  PT0, of the network in normal plasma
    """

    factors: tuple[str, ...]
    exponents: npt.NDArray[np.int64]
    coefficients: Floats
    lowest: Floats
    highest: Floats
    normal_time_s: float

    def __post_init__(self) -> None:
        terms, factors = self.coefficients.size, len(self.factors)
        if self.exponents.shape != (terms, factors):
            raise NumericsError(
                f"a surrogate of {terms} coefficients and {factors} factors needs "
                f"exponents [{terms}, {factors}], got {self.exponents.shape}"
            )
        if np.any(self.exponents.sum(axis=1) < 1):
            raise NumericsError("a surrogate has no constant term: normal is ratio 1")
        if not np.all((self.lowest > 0) & (self.lowest < 1) & (self.highest > 1)):
            raise NumericsError("a surrogate's box holds normal plasma in its inside")

    @property
    def supplied(self) -> tuple[str, ...]:
        """Factors that no vitamin K makes, and that Owren's reagent brings."""
        return tuple(f for f in self.factors if f not in PROTHROMBIN_COMPLEX)

    @property
    def polynomial(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Exponents and coefficients, as fresh arrays for a kernel."""
        return np.array(self.exponents, np.int64, order="C"), self.coefficients.copy()


def inside_domain(
    levels: Levels, *, surrogate: ProthrombinSurrogate
) -> npt.NDArray[np.bool_]:
    """True where every level lies in the box the surrogate was fitted on."""
    table, shape = _side_by_side(levels, surrogate)
    lowest, highest = surrogate.lowest[:, None], surrogate.highest[:, None]
    inside = np.all((table >= lowest) & (table <= highest), axis=0)
    return np.asarray(inside.reshape(shape))


def prothrombin_ratio(levels: Levels, *, surrogate: ProthrombinSurrogate) -> Floats:
    """PT of the patient over PT of normal plasma.

    1 in normal plasma; never falls when a factor is lost.

    Raises: NumericsError outside the surrogate's domain; ask `inside_domain` first
    and give the rest to the network.

    Source: fitted to the network of Wajima, Isbister & Duffull (2009), Clin
    Pharmacol Ther 86:290; the fit and its error are in `models/clotting/`.
    """
    inside = inside_domain(levels, surrogate=surrogate)
    if not np.all(inside):
        raise NumericsError(
            f"{int(np.sum(~inside))} of {inside.size} plasmas lie outside "
            f"the surrogate's domain ({_box(surrogate)}); run the clotting network"
        )
    from twin.coagulation.clotting_test_kernels import (  # noqa: PLC0415 - loads numba
        clot,
    )

    table, shape = _side_by_side(levels, surrogate)
    ratio = np.empty(table.shape[1])
    clot(table, *surrogate.polynomial, ratio)
    return ratio.reshape(shape)


def inr(ratio: npt.ArrayLike, isi: float) -> Floats:
    """International normalised ratio.

        INR = (PT / PT0)^ISI

    Source: WHO Expert Committee on Biological Standardization (1999), Technical
    Report Series 889, annex 3.  ISI is 1 for the network's ideal reagent.
    """
    return np.asarray(np.power(np.asarray(ratio, float), isi))


def prothrombin_complex_activity(
    levels: Levels, *, surrogate: ProthrombinSurrogate
) -> Floats:
    """Prothrombin complex activity by Owren's test, per cent of normal.

        PCA = 100 d,  where  PT(II, VII, IX, X of the patient) = PT(d, d, d, d)

    The dilution d of normal plasma that clots in the patient's time, with
    fibrinogen and factor V at their normal level on both sides since the reagent
    brings them.  Found by bisection in ln d; unique since PT falls as d rises.

    100 in normal plasma, whatever the patient's fibrinogen and factor V.

    Source: Owren (1959), Lancet 274:754.
    Assumes: a reagent that loses nothing to inhibitors (PIVKA) in the patient.
    """
    normal = dict.fromkeys(surrogate.supplied, 1.0)
    ratio = prothrombin_ratio({**levels, **normal}, surrogate=surrogate)
    return prothrombin_complex_at_ratio(ratio, surrogate=surrogate)


def prothrombin_complex_at_ratio(
    ratio: npt.ArrayLike, *, surrogate: ProthrombinSurrogate
) -> Floats:
    """Prothrombin complex activity of the plasma that clots in a given time, per cent.

        PCA = 100 d,  where  PT(d, d, d, d) / PT0 = ratio

    The inverse of the dilution curve of normal plasma (II, VII, IX and X together),
    for whoever knows a PT ratio, or an INR at ISI 1, and no levels.  Found by
    bisection in ln d; unique since PT falls as d rises.  Never rises with the ratio.

    Args:
        ratio: PT over that of normal plasma, above 0, of any shape.
        surrogate: the law of the PT.

    Returns: per cent of normal, of the ratio's shape; 100 at ratio 1.  A ratio beyond
    either end of the surrogate's box gets that end; one that is NaN gets NaN.

    Raises: NumericsError for a ratio of 0 or below.

    Source: Owren (1959), Lancet 274:754.
    Assumes: the four proteins fall together.  Where factor VII has fallen first, the
    same ratio hides higher levels of the others.
    """
    asked = np.asarray(ratio, dtype=np.float64)
    if np.any(asked <= 0):
        raise NumericsError(
            f"a PT ratio is above 0, got {float(np.nanmin(asked)):g}; "
            "1 is that of normal plasma"
        )
    target = np.log(asked)
    diluted = np.isin(surrogate.factors, PROTHROMBIN_COMPLEX)
    lower = np.full(target.shape, np.log(surrogate.lowest[diluted].max()))
    upper = np.full(target.shape, np.log(surrogate.highest[diluted].min()))
    by_degree = _dilution_series(surrogate, diluted)
    for _ in range(_HALVINGS):
        middle = 0.5 * (lower + upper)
        too_slow = np.polynomial.polynomial.polyval(middle, by_degree) > target
        lower = np.where(too_slow, middle, lower)
        upper = np.where(too_slow, upper, middle)
    found = 100.0 * np.exp(0.5 * (lower + upper))
    return np.where(np.isnan(asked), np.nan, found)


def _dilution_series(
    surrogate: ProthrombinSurrogate, diluted: npt.NDArray[np.bool_]
) -> Floats:
    """ln(PT/PT0) in powers of ln d, where the diluted factors all stand at d."""
    alone = ~np.any(surrogate.exponents[:, ~diluted], axis=1)
    degree = surrogate.exponents[alone].sum(axis=1)
    return np.asarray(
        np.bincount(degree, weights=surrogate.coefficients[alone]), dtype=np.float64
    )


def _side_by_side(
    levels: Levels, surrogate: ProthrombinSurrogate
) -> tuple[Floats, tuple[int, ...]]:
    """Levels as float64[factor, plasma] in the surrogate's order, and their shape."""
    missing = [name for name in surrogate.factors if name not in levels]
    if missing:
        raise NumericsError(
            f"the surrogate needs the level of {', '.join(missing)}; give 1 for normal"
        )
    return side_by_side(*(levels[name] for name in surrogate.factors))


def _box(surrogate: ProthrombinSurrogate) -> str:
    return ", ".join(
        f"{name} {low:g} to {high:g}"
        for name, low, high in zip(
            surrogate.factors, surrogate.lowest, surrogate.highest, strict=True
        )
    )
