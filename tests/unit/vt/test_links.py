"""Hyperlinks lead where they look as if they did, or nowhere."""

from __future__ import annotations

import pytest

from tests.unit.vt.helpers import screen


def link(uri: str, text: str) -> str:
    return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\"


def links(output: str) -> set[str]:
    return {run.link for run in screen(output, 100).rows[0]} - {""}


SITE = "https://site.example/a?b=c"
EVIL = "https://evil.example/"


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        (SITE, "here"),
        (SITE, SITE),
        (SITE, "https://site.example"),
        (SITE, "https://site.example/a?..."),
        (SITE, "site.example"),
        (SITE, "(https://site.example/a)"),
        (SITE, "https://SITE.example/a."),
        (SITE, "see site.example/a for more"),
        (SITE, "v1.2.3"),
        (SITE, "#123"),
        (SITE, "-Wunused-variable"),
        ("https://site.example:8443/", "https://site.example:8443/x"),
        ("file://host/srv/README.md", "README.md"),
        ("file:///srv/a.tar.gz", "a.tar.gz"),
        ("mailto:someone@site.example", "write to us"),
    ],
)
def test_a_link_that_looks_like_nothing_else_is_kept(uri: str, text: str) -> None:
    assert links(link(uri, text)) == {uri}


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        (EVIL, "https://site.example"),
        (EVIL, "site.example"),
        (EVIL, "www.site.example"),
        (EVIL, "go to https://site.example/ now"),
        (EVIL, "//site.example/"),
        (EVIL, "HTTPS://SITE.EXAMPLE"),
        (EVIL, "https://s\u0456te.example"),
        (EVIL, "https://evil.example.site.example/"),
        (EVIL, "evil.example or site.example"),
        ("https://evil.example/?https://site.example", "https://site.example"),
        ("https://evil.example/site.example", "site.example"),
        ("https://site.example@evil.example/", "https://site.example"),
        ("https://site.example.evil.example/", "https://site.example"),
        ("https://site.example[/", "https://site.example"),
        ("http://site.example/", "https://site.example"),
        ("file:///etc/passwd", "https://site.example"),
        ("ssh://site.example/", "https://site.example"),
    ],
)
def test_a_link_that_looks_like_another_is_none(uri: str, text: str) -> None:
    output = link(uri, text)
    assert links(output) == set()
    assert "".join(run.text for run in screen(output, 100).rows[0]).rstrip() == text


@pytest.mark.parametrize(
    "output",
    [
        f"https://site.{link(EVIL, 'example')}",
        f"{link(EVIL, 'site')}.example/",
        link(EVIL, "\x1b[1mhttps://\x1b[0msite.example"),
        link(EVIL, "https://") + link("https://evil.example/2", "site.example"),
        f"https://{link(EVIL, 'site')}.example",
    ],
)
def test_the_whole_word_counts_whatever_part_of_it_is_linked(output: str) -> None:
    assert links(output) == set()


def test_what_stands_apart_does_not_count() -> None:
    assert links(f"site.example: {link(EVIL, 'more')} site.example") == {EVIL}
    assert links(f"{link(EVIL, 'one')} {link(SITE, 'site.example')}") == {EVIL, SITE}
