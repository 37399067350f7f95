from podboard.wire.liveness import PING_EVERY, SILENCE_LIMIT, Liveness, Verdict


def test_silence_is_pinged_and_then_given_up() -> None:
    liveness = Liveness(now=0.0)
    verdicts = [
        liveness.tick(second, heard=False, reading=True) for second in (5.0, 55.0, 60.9, SILENCE_LIMIT)
    ]
    assert verdicts == [Verdict.PING, Verdict.PING, Verdict.PING, Verdict.GIVE_UP]


def test_any_byte_starts_the_silence_anew() -> None:
    liveness = Liveness(now=0.0)
    assert liveness.tick(60.0, heard=True, reading=True) is Verdict.PING
    assert liveness.tick(120.0, heard=False, reading=True) is Verdict.PING
    assert liveness.tick(121.0, heard=False, reading=True) is Verdict.GIVE_UP


def test_a_paused_reader_draws_no_conclusion() -> None:
    liveness = Liveness(now=0.0)
    assert liveness.tick(500.0, heard=False, reading=False) is Verdict.WAIT
    assert liveness.tick(500.0 + PING_EVERY, heard=False, reading=True) is Verdict.PING
    assert liveness.tick(500.0 + SILENCE_LIMIT, heard=False, reading=True) is Verdict.GIVE_UP


def test_a_paste_that_is_not_taken_yet_draws_no_conclusion_but_is_pinged_behind() -> None:
    liveness = Liveness(now=0.0)
    assert liveness.tick(500.0, heard=False, reading=True, held=True) is Verdict.PING
    assert liveness.tick(500.0 + PING_EVERY, heard=False, reading=True) is Verdict.PING
    assert liveness.tick(500.0 + SILENCE_LIMIT, heard=False, reading=True) is Verdict.GIVE_UP
