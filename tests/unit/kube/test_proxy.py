import pytest

from podboard.kube.proxy import proxy_from_environment

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        (PROXY, "http://proxy:3128"),
        ({"https_proxy": "lower:1"}, "http://lower:1"),
        ({"HTTPS_PROXY": "http://upper", "https_proxy": "http://lower"}, "http://upper"),
        ({"HTTP_PROXY": "http://plain", "ALL_PROXY": "http://all"}, ""),
    ],
)
def test_which_variable_counts(environ: dict[str, str], proxy: str) -> None:
    assert proxy_from_environment("https://cluster.example.com:6443", environ) == proxy


def test_plain_http_has_a_variable_of_its_own() -> None:
    assert proxy_from_environment("http://cluster", {"HTTP_PROXY": "http://plain"}) == "http://plain"


@pytest.mark.parametrize("server", ["https://localhost:6443", "https://127.0.0.1", "https://[::1]:6443"])
def test_loopback_is_always_direct(server: str) -> None:
    assert proxy_from_environment(server, PROXY) == ""


@pytest.mark.parametrize(
    ("exceptions", "server", "direct"),
    [
        ("*", "https://a.example.com", True),
        ("example.com", "https://a.example.com", True),
        ("example.com", "https://example.com", True),
        ("example.com", "https://badexample.com", False),
        (".example.com", "https://a.example.com", True),
        (".example.com", "https://example.com", False),
        ("*.example.com", "https://a.example.com", True),
        ("*.example.com", "https://example.com", False),
        ("EXAMPLE.com", "https://A.example.COM", True),
        ("other.com, ,example.com", "https://example.com", True),
        ("example.com:6443", "https://example.com:6443", True),
        ("example.com:6443", "https://example.com", False),
        ("example.com:443", "https://example.com", True),
        ("10.0.0.1", "https://10.0.0.1:6443", True),
        ("10.0.0.1", "https://10.0.0.10:6443", False),
        ("10.0.0.1:443", "https://10.0.0.1:6443", False),
        ("10.0.0.0/8", "https://10.9.8.7:6443", True),
        ("10.0.0.0/8", "https://11.0.0.1:6443", False),
        ("10.0.0.0/8", "https://a.example.com", False),
        ("10.9.8.7/8", "https://10.0.0.1:6443", True),
        ("fd00::1/16", "https://[fd00:2::3]:6443", True),
        ("not/a/range", "https://10.0.0.1", False),
        ("fd00::1", "https://[fd00::1]:6443", True),
        ("[fd00::1]:6443", "https://[fd00::1]:6443", True),
        ("[fd00::1]:443", "https://[fd00::1]:6443", False),
        ("0.1", "https://10.0.0.1", False),
        ("", "https://example.com", False),
    ],
)
def test_exceptions_as_go_reads_them(exceptions: str, server: str, direct: bool) -> None:  # noqa: FBT001 - a table
    found = proxy_from_environment(server, {**PROXY, "NO_PROXY": exceptions})
    assert (found == "") is direct
