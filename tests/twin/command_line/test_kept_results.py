"""Long verifications go on where they were."""

from twin.command_line.kept_results import kept_results


def squared(number):
    return {"square": number**2}


def asked(folder, numbers, *, question="q", calls=None, enough=lambda: False):
    def make(number):
        if calls is not None:
            calls.append(number)
        return squared(number)

    return kept_results(
        folder,
        "squares",
        question,
        numbers,
        make,
        workers=1,
        progress=lambda _done, _of: None,
        enough=enough,
    )


def test_what_is_known_is_not_made_again(tmp_path):
    calls: list[int] = []
    asked(tmp_path, [1, 2], calls=calls)
    found = asked(tmp_path, [1, 2, 3], calls=calls)

    assert calls == [1, 2, 3]
    assert found == [{"square": 1}, {"square": 4}, {"square": 9}]


def test_another_question_begins_anew(tmp_path):
    calls: list[int] = []
    asked(tmp_path, [1], calls=calls)
    asked(tmp_path, [1], calls=calls, question="another")

    assert calls == [1, 1]


def test_a_line_that_was_cut_off_is_made_again(tmp_path):
    asked(tmp_path, [1, 2])
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text(encoding="utf-8")[:-9] + "\n", encoding="utf-8")
    calls: list[int] = []

    assert asked(tmp_path, [1, 2], calls=calls)[1] == {"square": 4}
    assert calls == [2]


def test_when_there_is_enough_no_more_are_begun(tmp_path):
    calls: list[int] = []
    found = asked(tmp_path, [1, 2, 3], calls=calls, enough=lambda: len(calls) == 2)

    assert found == [{"square": 1}, {"square": 4}]
    assert asked(tmp_path, [1, 2, 3], calls=calls) == [*found, {"square": 9}]
    assert calls == [1, 2, 3]


def test_two_workers_find_what_one_finds(tmp_path):
    found = kept_results(
        tmp_path,
        "squares",
        "q",
        range(5),
        squared,
        workers=2,
        progress=lambda _done, _of: None,
    )

    assert found == [squared(number) for number in range(5)]
    assert asked(tmp_path, range(5), enough=lambda: True) == found
