import pytest

from podboard.model.sizes import human_size, sent_of


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (9_626, "9.4 KiB"),
        (16 << 20, "16 MiB"),
        (5_000_000_000, "4768.4 MiB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert human_size(size) == words


def test_a_part_is_told_in_the_unit_of_the_whole() -> None:
    assert sent_of(3_355_443, 16 << 20) == "3.2 of 16 MiB"
    assert sent_of(0, 2048) == "0 of 2 KiB"
    assert sent_of(5, 12) == "5 of 12 bytes"
    assert sent_of(4000, 2048) == "2 of 2 KiB"
