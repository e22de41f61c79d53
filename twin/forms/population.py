"""What O'Reilly's volunteers left open of a published form: draws of its numbers.

Population-level only, as for our own twin: `twin model posterior --form NAME` writes
the file, whoever learns or compares reads it.
"""

import numpy as np

from twin.forms.model_form import ModelForm
from twin.model_files import draws_converged, form_draws
from twin.population import population_from
from twin.vocabulary.population import Population


def load_form_population(form: ModelForm) -> Population:
    """The draws of one form, around the numbers of its paper.

    Args:
        form: whose `known` and effects the draws are of; x = 0 is the paper.

    Returns: draws whose columns of the known are factors on the paper's numbers.

    Raises: LibraryError when the file is missing, damaged or of other parameters.
    """
    return population_from(
        form_draws(form.name),
        form.parameters_known,
        form.effects,
        np.ones(len(form.known)),
        file=f"forms/{form.name}/posterior_draws.csv",
        remedy=f"twin model posterior --form {form.name}",
        converged=draws_converged(f"forms/{form.name}"),
    )
