"""The dosing question, asked as a program in a hospital would ask it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from service.twins.schemas import POINTERS
from tests.believed import grounds
from tests.service.conftest import PATIENT
from twin.dosing.answer import answer
from twin.engine.compiled import CompiledEngine
from twin.intake.ask import gene_names
from twin.intake.question import Question, question_of
from twin.library import Library, load_library
from twin.lifecycle import build
from twin.reproducibility import plain
from twin.units import accepted_units


def ask(client: httpx.Client, document: object) -> httpx.Response:
    return client.post("/api/v1/dose", json=document)


def refused(client: httpx.Client, body: str | bytes, **headers: str) -> dict[str, Any]:
    """The problem that a body is answered with."""
    sent = {"Content-Type": "application/json", **headers}
    response = client.post("/api/v1/dose", content=body, headers=sent)
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    return problem


def read(document: object, library: Library) -> Question:
    """What the twin's own intake makes of a document."""
    return question_of(
        document,
        domain=library.domain,
        substance=library.substance,
        genes=gene_names(library),
        indications=library.indications,
    )


def leaves(document: object, path: str = "") -> dict[str, object]:
    """Every value that is no list or object, by its path."""
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    else:
        return {path: document}
    return {
        at: value
        for key, item in items
        for at, value in leaves(item, f"{path}/{key}").items()
    }


def wrong(name: str) -> dict[str, object]:
    """The patient, with a field written in a unit nobody knows."""
    parts = POINTERS[name].strip("/").split("/")
    bad: object = "5 furlongs"
    if name == "dose_time":
        bad = [{"time": bad, "dose": "5 mg"}]
    elif name == "target_inr":
        bad = {"low": bad, "high": "3 {INR}"}
    whole = {"daily_dose": "5 mg", "duration": "30 d"} if name == "duration" else {}
    if name == "dose":
        whole = {"duration": "30 d"}
    return {
        **PATIENT,
        parts[0]: bad if len(parts) == 1 else {**whole, parts[1]: bad},
    }


def test_the_answer_is_the_twins_own_to_the_last_digit(client):
    library, engine = load_library(), CompiledEngine()
    question = read(PATIENT, library)
    twin = build(question.patient, library, engine=engine, warnings=question.warnings)
    expected = leaves(plain(answer(grounds().believed(twin), engine=engine)))
    given = leaves(ask(client, PATIENT).json())

    assert given.keys() == expected.keys()
    assert {k: (given[k], v) for k, v in expected.items() if given[k] != v} == {}


def test_a_regimen_that_is_asked_about_is_shown(client):
    regimen = {"daily_dose": "5 mg", "duration": "30 d"}
    given = ask(client, {**PATIENT, "regimen": regimen}).json()

    assert given["course"]["is_proposal"] is False
    assert given["course"]["days"] == 30
    assert given["maintenance"]["dose_mg_per_day"] > 0


@pytest.mark.parametrize(
    "change", [{"age": "12 a"}, {"sex": "female", "pregnant": True}]
)
def test_out_of_scope_is_an_answer_without_a_dose(client, change):
    response = ask(client, {**PATIENT, **change})

    assert response.status_code == 200
    assert response.json()["scope"]["status"] == "out of scope"
    assert response.json()["maintenance"] is None


def test_questions_at_once_get_the_answers_they_get_alone(client):
    patients = [{**PATIENT, "age": f"{age} a"} for age in (30, 85)]
    alone = [ask(client, patient).json() for patient in patients]
    with ThreadPoolExecutor(2) as callers:
        at_once = list(callers.map(lambda p: ask(client, p).json(), patients))

    assert at_once == alone


@pytest.mark.parametrize("name", POINTERS)
def test_every_field_is_pointed_at_when_it_is_wrong(client, name):
    problem = refused(client, json.dumps(wrong(name)))
    pointer = POINTERS[name] + ("/0" if name == "dose_time" else "")

    assert problem["status"] == 422
    assert problem["errors"] == [{"detail": problem["detail"], "pointer": pointer}]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"age": None}, "/age"),
        ({"observations": [{"time": "7 d", "INR": 2.3}]}, "/observations"),
        (
            {
                "regimen": {"daily_dose": "5 mg", "duration": "14 d"},
                "observations": [{"time": "3 d", "INR": 2}, {"time": "7 d", "INR": 45}],
            },
            "/observations/1/INR",
        ),
        ({"sex": "unknown"}, "/sex"),
        ({"genotype": {"VKORC1": "G/"}}, "/genotype/VKORC1"),
        ({"genotype": {"frequency_population": "x"}}, "/genotype/frequency_population"),
        ({"co_medication": "amiodarone"}, "/co_medication"),
        (
            {"co_medication": ["aspirin", {"medicine": "Diflucan", "start": "5"}]},
            "/co_medication/1/start",
        ),
        ({"co_medication": [{"daily_dose": "5 mg"}]}, "/co_medication/0/medicine"),
        ({"race": "x"}, "/race"),
        ({"genotype": {"rs1799853": "C"}}, "/genotype/rs1799853"),
        ({"liver_disease": {"ascites": "some"}}, "/liver_disease/ascites"),
        ({"pregnant": "no"}, "/pregnant"),
        ({"weight": "2 kg"}, "/weight"),
        ({"regimen": {"daily_dose": "5 mg"}}, "/regimen"),
    ],
)
def test_other_fields_are_pointed_at_too(client, change, pointer):
    problem = refused(client, json.dumps({**PATIENT, **change}))

    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("70,5 kg", "a point for decimals"),
        ("75", "has no unit"),
        (75.5, "has no unit"),
        (True, "is no quantity"),
        ({"value": "75", "unit": "kg"}, "value must be a number"),
        ({"value": True, "unit": "kg"}, "value must be a number"),
        ("900 kg", "outside what is accepted"),
        ("9" * 150 + "e300 kg", "number is too large"),
    ],
)
def test_a_quantity_is_a_number_and_its_unit_or_it_is_refused(client, weight, said):
    problem = refused(client, json.dumps({**PATIENT, "weight": weight}))

    assert problem["status"] == 422
    assert said in str(problem["detail"])


def test_a_field_nobody_knows_is_refused_by_name(client):
    assert "'wieght'" in str(refused(client, json.dumps({**PATIENT, "wieght": 1})))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"age": NaN}', 422),
        ('{"age": 1e999}', 422),
        ('{"age": "65 a", "age": "6 a"}', 400),
        ("[" * 60_000, 400),
        ('{"age": ' + "1" * 5000 + "}", 422),
        (b'{"age": "\xff"}', 400),
        (r'{"age": "\ud800"}', 400),
        ("", 400),
        ("[]", 422),
        ("null", 422),
        ('"patient"', 422),
        (" " * 70_000, 413),
    ],
)
def test_a_body_that_could_be_misread_is_refused(client, body, status):
    problem = refused(client, body)

    assert problem["status"] == status
    assert "Traceback" not in json.dumps(problem)


def test_a_body_must_say_that_it_is_json(client):
    text = json.dumps(PATIENT)

    assert refused(client, text, **{"Content-Type": "text/plain"})["status"] == 415
    assert ask(client, PATIENT).status_code == 200


def test_the_fields_of_a_form_are_those_of_the_library(client):
    form = client.get("/api/v1/fields").json()
    fields = {field["name"]: field for field in form["fields"]}
    domain = load_library().domain

    assert set(fields) == set(domain.fields) == set(POINTERS)
    for name, field in fields.items():
        limits = domain.fields[name]
        codes = [unit["code"] for unit in field["units"]]
        low, high = (field["units"][0]["accepted"][end] for end in ("low", "high"))
        assert codes == list(accepted_units(limits.kind))
        assert (low["value"], high["value"]) == pytest.approx(limits.hard)
        assert {low["unit"], high["unit"]} == {codes[0]}


def test_limits_in_every_unit_are_accepted_as_they_are_shown(client):
    fields = client.get("/api/v1/fields").json()["fields"]
    fitting: dict[tuple[str, str], dict[str, str]] = {  # so that they make a body
        ("weight", "low"): {"height": "45 cm"},
        ("weight", "high"): {"height": "230 cm"},
        ("height", "low"): {"weight": "5 kg"},
        ("blood_volume", "low"): {"weight": "5 kg", "height": "60 cm"},
        ("blood_volume", "high"): {"weight": "150 kg"},
    }
    shown = [
        {
            **PATIENT,
            **fitting.get((field["name"], end), {}),
            field["name"]: unit["accepted"][end],
        }
        for field in fields
        if field["pointer"] == f"/{field['name']}" and field["name"] != "target_inr"
        for unit in field["units"]
        for end in ("low", "high")
    ]
    library = load_library()

    assert len(shown) > 30
    for document in shown:
        read(document, library)


def test_choices_that_are_offered_are_accepted(client):
    form = client.get("/api/v1/fields").json()
    findings = {
        "bilirubin": "1 mg/dL",
        "baseline_inr": "1.1 {INR}",
        "ascites": "none",
        "encephalopathy": "none",
    }
    choices = form["choices"]
    livers = [
        *({"child_pugh_class": word} for word in choices["child_pugh_class"]),
        *({**findings, "ascites": word} for word in choices["ascites"]),
        *({**findings, "encephalopathy": word} for word in choices["encephalopathy"]),
    ]
    library, engine = load_library(), CompiledEngine()

    for liver in livers:
        asked = {**PATIENT, "albumin": "40 g/L", "liver_disease": liver}
        build(read(asked, library).patient, library, engine=engine)
    medicines = [medicine["name"] for medicine in form["medicines"]]
    assert ask(client, {**PATIENT, "co_medication": medicines}).is_success
    for indication in form["indications"]:
        read({**PATIENT, "indication": indication["code"]}, library)
