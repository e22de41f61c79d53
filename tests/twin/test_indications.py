"""The target that goes with an indication: what the reader of an answer sees of it."""

from tests.people import library

INDICATIONS = library().indications.values()


def test_a_source_that_gives_another_target_is_named_beside_the_leading_one():
    for indication in INDICATIONS:
        target = indication.target
        for other in indication.others:
            if (other.low, other.high) != (target.low, target.high):
                assert "other source" in target.source, indication.code
                assert f"{other.middle}" in target.source, indication.code


def test_a_target_that_nobody_read_says_so_where_its_source_is_shown():
    for indication in INDICATIONS:
        unread = indication.target.evidence != "read"

        assert unread == ("not verified" in indication.target.source), indication.code
