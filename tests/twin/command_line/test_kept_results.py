"""Long verifications go on where they were."""

from twin.command_line.kept_results import kept_results


def asked(folder, numbers, *, question="q", calls=None):
    def make(number):
        if calls is not None:
            calls.append(number)
        return {"square": number**2}

    return kept_results(
        folder,
        "squares",
        question,
        numbers,
        make,
        workers=1,
        progress=lambda _done, _of: None,
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
