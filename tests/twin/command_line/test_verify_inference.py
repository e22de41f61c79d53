"""`twin verify inference`: what it records, what it keeps, and that it can fail."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.twin.command_line.iwpc_people import crowd, name_of, text_of
from twin.command_line import _run, inference_parts, output, verify_inference
from twin.command_line.fit import STABLE_DOSES, SUBJECTS
from twin.command_line.inference_parts import (
    Kept,
    Made,
    Section,
    Setting,
    code_digest,
    depends_on,
    finite,
    per_cent,
    without_words,
)
from twin.command_line.inference_subjects import LATER_THAN_H, UPTO_H
from twin.command_line.kept_results import kept_results
from twin.command_line.plot_inference import (
    draw_calibration,
    draw_ranks,
    draw_tablets,
)
from twin.command_line.verify_inference import PARTS, inference
from twin.credibility.learning.agreement import LARGEST_LIMIT, Agreement
from twin.credibility.learning.from_subjects import SubjectLearned
from twin.credibility.learning.later_scores import QUANTILES, Later, Scored
from twin.credibility.learning.ranks import Replicate, judged_ranks
from twin.credibility.learning.replicates import BothRoads
from twin.credibility.learning.tablets import Noticed
from twin.credibility.learning.truths_of_forms import AFTER
from twin.dosing.answer import CHECKED_ON
from twin.errors import NumericsError
from twin.lifecycle import SOFTWARE_VERSION

PNG = b"\x89PNG"


def test_the_record_says_what_made_it_and_what_was_checked(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(output, "_voice", output._Voice(json=True))
    inference(parts="bad_input", out=tmp_path, work=tmp_path, seed=5)

    answer = json.loads(capsys.readouterr().out)
    text = (tmp_path / "inference.md").read_text(encoding="utf-8")
    assert answer["hold"]
    assert "Every check holds." in text
    assert "seed 5" in text
    assert SOFTWARE_VERSION in text
    assert answer["population_sha256"][:16] in text
    assert "no public series of INRs with genotypes exists" in CHECKED_ON
    assert CHECKED_ON in text
    for said in ("mg/L", "above 15", "1000 mg is outside", "one in a million"):
        assert said in text


def test_every_part_that_is_promised_is_there():
    assert list(PARTS) == [
        *("ranks", "roads", "speed", "oreilly"),
        *("forms", "tablets", "sites", "bad_input"),
    ]


def test_an_unknown_part_is_refused(capsys):
    assert _run(["verify", "inference", "--parts", "ranks,magic"]) == 2
    assert "'magic'" in capsys.readouterr().err


def test_a_check_that_does_not_hold_is_an_exit_status(monkeypatch, capsys):
    broken = Section("A part", (), {}, ("a law that is broken",))
    monkeypatch.setitem(verify_inference.PARTS, "sites", lambda _setting: broken)

    assert _run(["verify", "inference", "--parts", "sites"]) == 1
    assert "a law that is broken" in capsys.readouterr().err


def test_a_sample_of_tablets_is_kept_and_drawn(tmp_path):
    setting = Setting(tmp_path, out=tmp_path, workers=1, seed=7, sample=0.001)
    first = PARTS["tablets"](setting)
    (file,) = tmp_path.glob("tablets-*.jsonl")
    kept = file.read_text(encoding="utf-8")
    again = PARTS["tablets"](setting)

    assert setting.n(200) == 2
    assert len(kept.splitlines()) == 8
    assert file.read_text(encoding="utf-8") == kept
    assert again == first
    assert "Failed: 0 of 8." in "\n".join(first.lines)
    assert (tmp_path / "inference_tablets.png").read_bytes().startswith(PNG)


def test_what_fails_is_counted_with_the_first_reason():
    def never(_apparatus, number, *, seed):
        raise NumericsError(f"{number} of {seed}")

    assert Made(never, 3)(9) == {"failed": "NumericsError: 9 of 3"}
    few, many = Kept((1,) * 99, ("one",)), Kept((1,) * 98, ("one", "two"))
    assert few.says == "Failed: 1 of 100; the first: one."
    assert few.too_many("part") == ()
    assert many.too_many("part") == ("part: 2 of 100 failed",)
    assert Kept((), ()).too_many("part")


def test_words_do_not_change_what_a_result_depends_on(monkeypatch):
    plain = "def f(x):\n    return x + 1\n"
    told = '"""Told."""\n\n\ndef f(x):  # why\n    """What."""\n    return x + 1\n'

    assert without_words(told) == without_words(plain)
    assert without_words(plain.replace("1", "2")) != without_words(plain)
    before = code_digest()
    monkeypatch.setattr(inference_parts, "_CODE", ("lifecycle.py",))
    assert code_digest() != before


def test_what_is_no_number_is_null_in_json():
    assert finite({"k": [-np.inf, 0.5], "n": float("nan")}) == {
        "k": [None, 0.5],
        "n": None,
    }


def test_shares_are_told_with_their_interval():
    assert per_cent((0.5, 0.25, 0.75)) == "50 (25 to 75)"


def drawn(path: Path) -> bytes:
    return path.read_bytes()[:4]


def test_pictures_are_pixels(tmp_path):
    dice = np.random.default_rng(1)
    found = [
        Replicate(n, {"a": int(rank)}, "fast", 500.0, 0.1, True, 0)
        for n, rank in enumerate(dice.integers(100, size=30))
    ]
    scored = Scored(36.0, 9, 0.5, 3.0, ((0.5, 0.2, 0.8),), 9.0, QUANTILES, 0.1, {})
    groups = {
        n_missed: [Noticed(n, n_missed, 0.1 * n, 0.1, True) for n in range(5)]
        for n_missed in range(4)
    }

    assert drawn(draw_ranks(tmp_path / "r.png", {"fast": judged_ranks(found)})) == PNG
    assert drawn(draw_calibration(tmp_path / "c.png", [scored])) == PNG
    assert drawn(draw_tablets(tmp_path / "t.png", groups)) == PNG


def test_a_sample_of_the_forms(tmp_path):
    found = PARTS["forms"](Setting(tmp_path, workers=1, seed=7, sample=0.001))

    text = "\n".join(found.lines)
    assert "Failed: 0 of 2." in text
    assert "falkenhagen_2023" in text
    assert len(found.figures["shares"]) == 3 * len(AFTER)  # ours, others, one of them


def test_a_sample_of_the_times(tmp_path):
    found = PARTS["speed"](Setting(tmp_path, workers=1, seed=7, sample=0.001))

    assert found.broken == ()  # a goal that is missed is no failure
    assert "Failed: 0 of 3." in found.lines
    assert len(found.figures["patients"]) == 2


def kept_already(setting, name, values, *, more=None) -> None:
    """Results as an earlier run would have left them."""
    kept_results(
        setting.work,
        name,
        {**depends_on(setting.seed), "more": more},
        range(len(values)),
        lambda number: {"made": values[number]},
        workers=1,
        progress=lambda _done, _of: None,
    )


def both_roads(number: int, *, apart: float) -> BothRoads:
    rank = 12 * number
    return BothRoads(
        Replicate(number, {"a": rank, "b": 99 - rank}, "slow", 500.0, -np.inf, True, 0),
        Agreement({"a": apart, "b": -0.5}, 0.01, (0.9, 0.88), True),
    )


@pytest.mark.parametrize("apart", [1.0, 9.0])
def test_roads_that_lie_apart_break_a_check(apart, tmp_path):
    setting = Setting(tmp_path, seed=7, sample=0.08)
    kept_already(setting, "ranks-slow", [both_roads(n, apart=apart) for n in range(4)])
    found = PARTS["roads"](setting)

    assert bool(found.broken) == (apart > LARGEST_LIMIT)
    assert "Failed: 0 of 4." in found.lines


def test_ranks_of_both_roads_are_told(tmp_path):
    setting = Setting(tmp_path, out=tmp_path, seed=7, replicates=8)
    replicates = [both_roads(n, apart=1.0).slow for n in range(8)]
    kept_already(
        setting, "ranks-fast", [replace(each, road="fast") for each in replicates]
    )
    kept_already(setting, "ranks-slow", [both_roads(n, apart=1.0) for n in range(6)])
    found = PARTS["ranks"](setting)

    assert found.broken == ()
    assert {road: own["n"] for road, own in found.figures.items()} == {
        "fast road": 8,
        "slow road": 6,
    }
    assert drawn(tmp_path / "inference_ranks.png") == PNG


def later(observed: list[float], *, width: float) -> Later:
    own = np.array(observed)
    ends = width * np.array([[0.5], [0.8], [0.9]])
    return Later(own, own + 1.0, own - ends, own + ends, np.full(2, 0.5), "fast", 0.1)


@pytest.mark.parametrize("k", [0.2, 2.0])
def test_volunteers_are_told_as_one(k, tmp_path):
    folder = tmp_path / "oreilly"
    folder.mkdir()
    rows = ["subject,time_h,kind,value,unit"]
    for subject in ("nobody", "no one"):
        rows += [
            f"{subject},0,dose,100,mg",
            f"{subject},90,prothrombin_complex_activity,30,%",
        ]
    (tmp_path / SUBJECTS).write_text("\n".join(rows) + "\n", encoding="utf-8")
    setting = Setting(tmp_path / "kept", out=tmp_path, data=tmp_path, seed=7)
    data = hashlib.sha256((tmp_path / SUBJECTS).read_bytes()).hexdigest()
    each = tuple(later([20.0, 60.0], width=w) for w in (9.0, 8.0, 7.0))
    kept_already(
        setting,
        "oreilly",
        [SubjectLearned(k, each)] * 2,
        more=[data, UPTO_H, LATER_THAN_H],
    )
    found = PARTS["oreilly"](setting)

    assert CHECKED_ON in found.lines[0]
    assert bool(found.broken) == (k > 0.7)
    assert [s.n for s in found.figures["scored"]] == [4, 4, 4]
    assert not any("nobody" in line or "no one" in line for line in found.lines)
    assert drawn(tmp_path / "inference_calibration.png") == PNG


def test_sites_of_nobody(tmp_path):
    (tmp_path / "iwpc").mkdir()
    people = crowd(72)
    (tmp_path / STABLE_DOSES).write_text(text_of(*people), encoding="utf-8")
    found = PARTS["sites"](Setting(tmp_path, data=tmp_path, seed=7))

    text = "\n".join(found.lines)
    assert set(found.figures["k"]) == {"1", "2", "3"}
    assert "IWPC genes" in text
    assert "race: White" not in text  # 18 of them: too few to be shown
    assert not any(name_of(n) in text for n in range(len(people)))
