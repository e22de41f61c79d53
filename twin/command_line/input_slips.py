"""A plain patient, and every slip in a field that is no quantity."""

from typing import Any

MISSING = object()
"""A field that is left out."""

PLAIN: dict[str, Any] = {
    "age": "65 a",
    "sex": "female",
    "weight": "70 kg",
    "height": "165 cm",
    "genotype": {
        "CYP2C9": {"diplotype": "*1/*1", "tested": "all"},
        "VKORC1": "G/G",
        "CYP4F2": {"diplotype": "*1/*1", "tested": "all"},
        "rs12777823": "G/G",
    },
}
_CYP2C9_SCORE = {"genotype": {"CYP2C9": {"activity_score": 7}}}


def _cyp2c9(value: Any) -> dict[str, Any]:
    return {"genotype": {**PLAIN["genotype"], "CYP2C9": value}}


_FINDINGS = {
    "bilirubin": "3 mg/dL",
    "baseline_inr": "1.2 {INR}",
    "ascites": "mild",
    "encephalopathy": "none",
}
OTHERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("sex", "missing", {"sex": MISSING}),
    ("sex", "unknown word", {"sex": "F"}),
    ("sex", "true or false", {"sex": False}),
    ("(any)", "unknown field", {"race": "Asian"}),
    ("(any)", "a slip of the pen", {"wieght": "70 kg"}),
    ("pregnant", "a word", {"pregnant": "yes"}),
    ("pregnant", "a number", {"pregnant": 1}),
    ("pregnant", "contradicts sex", {"pregnant": True, "sex": "male"}),
    ("active_bleeding", "a word", {"active_bleeding": "no"}),
    ("co_medication", "not a list", {"co_medication": "amiodarone"}),
    ("co_medication", "not names", {"co_medication": [5]}),
    ("co_medication", "twice", {"co_medication": ["amiodarone", "Amiodarone"]}),
    ("co_medication", "unknown medicine", {"co_medication": ["moonshine"]}),
    (
        "co_medication",
        "unknown medicine, acknowledged",
        {"co_medication": [{"medicine": "moonshine", "acknowledged": True}]},
    ),
    (
        "co_medication",
        "stops before it starts",
        {"co_medication": [{"medicine": "amiodarone", "start": "5 d", "stop": "2 d"}]},
    ),
    ("co_medication", "no name", {"co_medication": [{"daily_dose": "200 mg"}]}),
    ("indication", "unknown", {"indication": "headache"}),
    ("genotype", "bases of no strand", {"genotype": {"rs9923231": "C/A"}}),
    ("genotype", "one base", {"genotype": {"rs1799853": "C"}}),
    (
        "genotype",
        "position and diplotype",
        {"genotype": {"CYP2C9": "*1/*1", "rs1799853": "C/C"}},
    ),
    (
        "genotype",
        "a variant of another build",
        {"genotype": {"NC_000016.9:g.31096368G>T": "heterozygous"}},
    ),
    ("CYP2C9", "impossible activity score", _CYP2C9_SCORE),
    ("genotype", "not genes", {"genotype": "*1/*3"}),
    ("genotype", "unknown gene", {"genotype": {"CYP2D6": "*1/*4"}}),
    ("CYP2C9", "unknown allele", _cyp2c9("*1/*99")),
    ("CYP2C9", "one allele", _cyp2c9("*3")),
    ("CYP2C9", "three alleles", _cyp2c9("*1/*2/*3")),
    ("CYP2C9", "a number", _cyp2c9(13)),
    ("CYP2C9", "a phenotype", _cyp2c9("poor metaboliser")),
    ("CYP2C9", "unknown part", _cyp2c9({"diplotype": "*1/*3", "method": "PCR"})),
    ("CYP2C9", "no diplotype", _cyp2c9({"tested": "all"})),
    ("CYP2C9", "tested is a word", _cyp2c9({"diplotype": "*1/*3", "tested": "most"})),
    ("CYP2C9", "unknown tested", _cyp2c9({"diplotype": "*1/*3", "tested": ["*99"]})),
    ("CYP2C9", "panel not stated", _cyp2c9("*1/*3")),
    (
        "frequency_population",
        "unknown",
        {"genotype": {"frequency_population": "Martian"}},
    ),
    ("frequency_population", "no name", {"genotype": {"frequency_population": 3}}),
    ("liver_disease", "a word", {"liver_disease": "cirrhosis"}),
    ("liver_disease", "unknown part", {"liver_disease": {"MELD": 12}}),
    ("liver_disease", "no findings", {"liver_disease": {}}),
    ("liver_disease", "a finding missing", {"liver_disease": _FINDINGS}),
    (
        "child_pugh_class",
        "unknown class",
        {"liver_disease": {"child_pugh_class": "D"}},
    ),
    ("ascites", "unknown word", {"liver_disease": {**_FINDINGS, "ascites": "some"}}),
    (
        "encephalopathy",
        "unknown word",
        {"liver_disease": {**_FINDINGS, "encephalopathy": "2"}},
    ),
    (
        "child_pugh_class",
        "contradicts the findings",
        {
            "albumin": "40 g/L",
            "liver_disease": {**_FINDINGS, "child_pugh_class": "C"},
        },
    ),
    ("child_pugh_class", "stated", {"liver_disease": {"child_pugh_class": "B"}}),
    ("target_inr", "one number", {"target_inr": "2.5 {INR}"}),
    ("target_inr", "an end missing", {"target_inr": {"low": "2 {INR}"}}),
    ("target_inr", "unknown part", {"target_inr": {"middle": "2.5 {INR}"}}),
    (
        "target_inr",
        "ends exchanged",
        {"target_inr": {"low": "3 {INR}", "high": "2 {INR}"}},
    ),
    ("regimen", "a word", {"regimen": "5 mg daily"}),
    ("regimen", "unknown part", {"regimen": {"frequency": "bd"}}),
    ("regimen", "neither form", {"regimen": {"duration": "30 d"}}),
    ("regimen", "no duration", {"regimen": {"daily_dose": "5 mg"}}),
    (
        "regimen",
        "both forms",
        {"regimen": {"daily_dose": "5 mg", "doses": [], "duration": "3 d"}},
    ),
    ("regimen", "no dose in the list", {"regimen": {"doses": []}}),
    ("regimen", "a dose that is no pair", {"regimen": {"doses": ["5 mg"]}}),
    ("regimen", "a dose without time", {"regimen": {"doses": [{"dose": "5 mg"}]}}),
    (
        "regimen",
        "unknown part of a dose",
        {"regimen": {"doses": [{"time": "0 h", "dose": "5 mg", "route": "iv"}]}},
    ),
    (
        "regimen",
        "two doses at once",
        {"regimen": {"doses": [{"time": "0 h", "dose": "5 mg"}] * 2}},
    ),
    (
        "regimen",
        "a dose after the duration",
        {"regimen": {"duration": "1 d", "doses": [{"time": "2 d", "dose": "5 mg"}]}},
    ),
    ("regimen", "half a day", {"regimen": {"daily_dose": "5 mg", "duration": "1.5 d"}}),
    ("body", "weight and height exchanged", {"weight": "165 kg", "height": "70 cm"}),
    ("body", "thin beyond belief", {"weight": "20 kg"}),
    ("body", "unusually thin", {"weight": "42 kg"}),
    ("body", "unusually heavy", {"weight": "150 kg"}),
    ("body", "too much blood", {"blood_volume": "15 L"}),
    ("body", "too little blood", {"blood_volume": "2 L"}),
    ("body", "unusually little blood", {"blood_volume": "2.6 L"}),
)
