import pytest

from podboard.demo.times import (
    http_date,
    human_duration,
    parse_rfc3339,
    rfc3339,
    rfc3339_micro,
    rfc3339_nano,
)

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "<invalid>"),
        (-1.5, "0s"),
        (0, "0s"),
        (119.9, "119s"),
        (2 * MINUTE, "2m"),
        (9 * MINUTE + 59, "9m59s"),
        (10 * MINUTE, "10m"),
        (179 * MINUTE + 59, "179m"),
        (3 * HOUR, "3h"),
        (7 * HOUR + 59 * MINUTE, "7h59m"),
        (8 * HOUR, "8h"),
        (47 * HOUR + 59 * MINUTE, "47h"),
        (2 * DAY, "2d"),
        (7 * DAY + 23 * HOUR, "7d23h"),
        (8 * DAY, "8d"),
        (2 * YEAR - 1, "729d"),
        (2 * YEAR, "2y"),
        (7 * YEAR + 364 * DAY, "7y364d"),
        (8 * YEAR + 364 * DAY, "8y"),
    ],
)
def test_an_age_is_told_in_as_few_units_as_kubectl_needs(seconds: float, told: str) -> None:
    assert human_duration(seconds) == told


def test_moments() -> None:
    assert rfc3339(1795405509) == "2026-11-23T03:45:09Z"
    assert rfc3339_micro(1795405509.373042) == "2026-11-23T03:45:09.373042Z"
    assert rfc3339_micro(1795405509.9999999) == "2026-11-23T03:45:10.000000Z"
    assert rfc3339_nano(1795405509_081773825) == "2026-11-23T03:45:09.081773825Z"
    assert http_date(1795405509) == "Mon, 23 Nov 2026 03:45:09 GMT"


def test_moments_are_read() -> None:
    assert parse_rfc3339("2026-11-23T03:45:09Z") == 1795405509
    assert parse_rfc3339("2026-11-23T04:45:09.25+01:00") == 1795405509.25
    for wrong in ("", "yesterday", "2026-11-23T03:45:09", "2026-13-23T03:45:09Z"):
        with pytest.raises(ValueError):  # noqa: PT011 - any of them
            parse_rfc3339(wrong)
