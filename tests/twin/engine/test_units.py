"""A model in other units is the same model."""

import numpy as np
import pytest

from twin.engine.compiled import CompiledEngine
from twin.engine.modes import STRICT
from twin.engine.object_cache import ObjectCache
from twin.engine.simulate import simulate
from twin.sbml.any_model import any_model
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Regimen

ENGINE = CompiledEngine(STRICT, cache=ObjectCache(None))
TIMES = np.linspace(0.0, 30.0, 16)


def math(formula: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>'


def hunters_and_hares(scale: float) -> str:
    """Lotka and Volterra, one unit of theirs being `scale` of ours."""
    both = "<apply><times/><ci>b</ci><ci>X</ci><ci>Y</ci></apply>"
    hares = f"<apply><minus/><apply><times/><ci>a</ci><ci>X</ci></apply>{both}</apply>"
    hunters = (
        f"<apply><minus/>{both}<apply><times/><ci>c</ci><ci>Y</ci></apply></apply>"
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="m"><listOfParameters>
<parameter id="X" value="{10 * scale!r}" constant="false"/>
<parameter id="Y" value="{5 * scale!r}" constant="false"/>
<parameter id="a" value="1" constant="true"/>
<parameter id="b" value="{0.1 / scale!r}" constant="true"/>
<parameter id="c" value="1.5" constant="true"/></listOfParameters><listOfRules>
<rateRule variable="X">{math(hares)}</rateRule>
<rateRule variable="Y">{math(hunters)}</rateRule>
</listOfRules></model></sbml>"""


def course(scale: float) -> np.ndarray:
    found = simulate(
        any_model(hunters_and_hares(scale)).spec,
        Ensemble.of({}),
        Regimen(),
        TIMES,
        outputs=("X", "Y"),
        engine=ENGINE,
    )
    return np.asarray(found.values[0] / scale)


@pytest.mark.parametrize("scale", [1e-24, 1e-15, 1e-12, 1e-6, 1e6, 1e24], ids=str)
def test_the_course_does_not_depend_on_the_unit(scale):
    np.testing.assert_allclose(course(scale), course(1.0), rtol=1e-6)
