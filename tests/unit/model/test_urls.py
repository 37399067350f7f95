import pytest

from podboard.model.urls import is_plain_url


@pytest.mark.parametrize(
    "text",
    ["https://10.0.0.1:6443", "https://[fd00::1]:6443/k8s/clusters/c-1", "http://localhost", "HTTPS://api"],
)
def test_what_is_one(text: str) -> None:
    assert is_plain_url(text, ("https", "http"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.1:6443",
        "https://",
        "https://:6443",
        "https://api:0",
        "https://api:65536",
        "https://api:port",
        "https://[fd00::1",
        "https://api/?watch=1",
        "https://api/#here",
        "https://a pi",
        "https://api/\x1b[2J",
        "https://äpi",
        "https://jane@api",
        "https://jane:hush@api",
        "ftp://api",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_plain_url(text, ("https", "http"))


def test_which_schemes_and_whether_credentials_are_the_callers_to_say() -> None:
    assert is_plain_url("socks5://jane:hush@proxy:1080", ("socks5",), credentials=True)
    assert not is_plain_url("http://api", ("https",))
