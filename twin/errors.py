"""What the twin raises, sorted by who can put it right.

    TwinError
    ├── InputError              whoever asked can
    │   ├── PatientError        a field of the patient
    │   ├── GenotypeError       an allele, a diplotype, a panel
    │   ├── RegimenError        a dose, a time
    │   ├── ObservationError    a laboratory value, a data file
    │   ├── UnitError           a unit that is not accepted, or of another kind
    │   ├── ForeignFileError    a file from outside: damaged, too large, or a trap
    │   └── UnsupportedModel    somebody's SBML that the compiled engine cannot run
    ├── LibraryError            whoever keeps `models/` can
    │   └── ModelError          an SBML file that cannot be used as it stands
    ├── NumericsError           whoever makes the model must look into it
    │   ├── DrawFailed          the solver gave up on one draw, which is named
    │   └── IntegrationFailed   it gave up on so many that the rest cannot speak
    └── Cancelled               whoever asked no longer wants the answer

Each message names the place, quotes what stood there and says how to mend it.  That
the model does not apply, or that no dose reaches the target, is no error but an
answer: a value that the caller gets to show.
"""

from dataclasses import dataclass


class TwinError(Exception):
    """Anything the twin raises on purpose."""


class InputError(TwinError):
    """What was asked cannot be answered as written."""


class PatientError(InputError):
    """A field of a patient is missing, unknown or outside its hard limits."""


class GenotypeError(InputError):
    """An allele, a diplotype or a panel cannot be understood."""


class RegimenError(InputError):
    """A dose or its time is impossible."""


class ObservationError(InputError):
    """A measurement or a file of measurements cannot be understood."""


class UnitError(InputError):
    """A unit is not accepted, or measures another kind of quantity."""


class ForeignFileError(InputError):
    """A file from outside cannot be read, or is not read for what it might do."""


@dataclass(eq=False)
class UnsupportedModel(InputError):
    """A model uses what the compiled engine does not have; each use is named."""

    model: str
    constructs: tuple[str, ...]

    def __str__(self) -> str:
        used = ", ".join(self.constructs)
        return (
            f"model {self.model or '(no id)'} uses {used}, which the compiled engine "
            "does not have; pass the reference engine instead"
        )


class LibraryError(TwinError):
    """A file of the model library is missing, damaged or inconsistent."""


class ModelError(LibraryError):
    """An SBML model cannot be used: invalid, inconsistent units, unsupported."""


class Cancelled(TwinError):
    """A long calculation was called off before it was done."""


class NumericsError(TwinError):
    """A calculation did not reach its answer."""


@dataclass(eq=False)
class DrawFailed(NumericsError):
    """The solver gave up on one draw; the message says which, when and why."""

    draw: int
    time_h: float
    reason: str

    def __str__(self) -> str:
        return (
            f"draw {self.draw} failed at {self.time_h:.6g} h: {self.reason}; "
            "look at its parameters, or loosen the tolerance"
        )


@dataclass(eq=False)
class IntegrationFailed(NumericsError):
    """So many draws were given up that those left cannot speak for the ensemble."""

    n_failed: int
    n_draws: int
    reason: str

    def __str__(self) -> str:
        if self.n_draws == 1:
            return (
                f"the model cannot be integrated here: {self.reason}; look at its "
                "parameters, loosen the tolerance, or give it to another engine"
            )
        return (
            f"{self.n_failed} of {self.n_draws} draws failed ({self.reason}); "
            "a summary over the survivors would mislead and is refused"
        )
