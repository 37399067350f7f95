import os
import termios

import pytest

from podboard.model.size import Size
from podboard.session.own_terminal import size_of
from tests.support.ptys import open_pty


@pytest.mark.parametrize("without", [(0, 0), (24, 0), (0, 80)])
def test_the_size_is_that_of_the_first_terminal_that_has_one(without: tuple[int, int]) -> None:
    reading, writing = os.pipe()
    with open_pty() as sizeless, open_pty() as sized, os.fdopen(reading), os.fdopen(writing):
        termios.tcsetwinsize(sizeless.program, without)
        termios.tcsetwinsize(sized.program, (33, 101))
        assert size_of((reading, sizeless.program, sized.program)) == Size(101, 33)
        assert size_of((reading, sizeless.program)) is None
