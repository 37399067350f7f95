"""What the terminals are asked: short byte streams by name, each on a fresh screen.

Names begin with the group that a reader looks for. A probe is text where it can be and bytes where UTF-8 is
broken on purpose. All run at 80x24 but those of ``SIZES``.
"""

# ruff: noqa: E501, RUF001, SIM905 - a table reads best as one

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from podboard.model.size import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ESC = "\x1b"
CSI = "\x1b["

STANDARD: Final = Size(80, 24)

# A screen whose every cell tells where it came from: letters by row, digits by column.
_FULL = f"{CSI}H" + "\r\n".join(
    f"{chr(65 + row)}" + "".join(str(column % 10) for column in range(1, 80)) for row in range(24)
)
_LINES = "".join(f"{CSI}{row};1H{chr(64 + row) * 5}" for row in range(1, 25))


def _cursor() -> dict[str, str]:
    start = f"{CSI}10;20H"
    moves = {
        f"{name} {count or 'default'}": f"{start}{CSI}{count}{name}x"
        for name, count in product("ABCDEFG`adejkI", ("", "0", "1", "3", "99", "65536"))
    }
    positions = {
        f"{final} {where or 'default'}": f"{start}{CSI}{where}{final}x"
        for final, where in product("Hf", ("", "5;9", "0;0", ";7", "7", "7;", "99;999", "3;80", "24;80"))
    }
    return {
        **moves,
        **positions,
        "VPA": f"{start}{CSI}5dx",
        "backspace at the left edge": "ab\r\b\bx",
        "backspace from the last column": "a" * 80 + "\bx",
        "backspace does not wrap back": f"{CSI}3;1H\bx",
        "CR LF": "one\r\ntwo",
        "LF alone keeps the column": "one\ntwo",
        "VT and FF are LF": "one\x0btwo\x0cthree",
        "IND NEL RI": f"{start}{ESC}Da{ESC}Eb{ESC}Mc",
        "RI at the top scrolls": f"{_LINES}{CSI}H{ESC}Mx",
        "IND at the bottom scrolls": f"{_LINES}{CSI}24;3H{ESC}Dx",
        "LNM": f"{CSI}20hone\ntwo{CSI}20lthree\nfour",
        "hide and show": f"a{CSI}?25lb",
        "moves past all edges": f"{CSI}99A{CSI}99Da{CSI}99B{CSI}99Cb",
        "CBT": f"{CSI}1;60H{CSI}Zx{CSI}2Zy{CSI}99Zz",
        "CHT": f"{CSI}Ix{CSI}2Iy{CSI}99Iz",
        "controls inside a CSI": f"abc{CSI}2\bDx{CSI}1\r\nCy",
        "NUL and other controls": "a\x00b\x01c\x02d\x05e\x06f\x1cg\x1fh",
        "DEL": "a\x7fb\x7f\x7fc",
    }


def _margins() -> dict[str, str]:
    region = f"{_LINES}{CSI}5;10r"
    return {
        "homes the cursor": f"{CSI}9;9H{CSI}5;10rx",
        "line feed at the bottom margin": f"{region}{CSI}10;1H\nx",
        "line feed below the margin": f"{region}{CSI}24;1H\nx",
        "RI at the top margin": f"{region}{CSI}5;1H{ESC}Mx",
        "RI above the margin": f"{region}{CSI}1;1H{ESC}Mx",
        "cursor up stops at the margin": f"{region}{CSI}7;3H{CSI}99Ax",
        "cursor down stops at the margin": f"{region}{CSI}7;3H{CSI}99Bx",
        "cursor up from above": f"{region}{CSI}3;3H{CSI}99Ax",
        "cursor down from below": f"{region}{CSI}12;3H{CSI}99Bx",
        "insert lines": f"{region}{CSI}6;3H{CSI}2Lx",
        "delete lines": f"{region}{CSI}6;3H{CSI}2Mx",
        "insert lines outside": f"{region}{CSI}3;3H{CSI}2Lx",
        "delete lines outside": f"{region}{CSI}12;3H{CSI}2Mx",
        "scroll up": f"{region}{CSI}2Sx",
        "scroll down": f"{region}{CSI}2Tx",
        "scroll up by more": f"{region}{CSI}99Sx",
        "scroll down by more": f"{region}{CSI}99Tx",
        "reset": f"{region}{CSI}r{CSI}24;1H\nx",
        "upside down is no region": f"{_LINES}{CSI}10;5r{CSI}24;1H\nx",
        "of one line is none": f"{_LINES}{CSI}5;5r{CSI}24;1H\nx",
        "bottom beyond the screen": f"{_LINES}{CSI}5;99r{CSI}24;1H\nx",
        "top only": f"{_LINES}{CSI}5r{CSI}24;1H\nx",
        "bottom only": f"{_LINES}{CSI};5r{CSI}5;1H\nx",
        "wrap at the bottom margin": f"{region}{CSI}10;75Hwrapping around",
        "lines pushed out of a region are gone": f"{region}{CSI}10;1H" + "\n" * 30 + "x",
        "NEL at the bottom margin": f"{region}{CSI}10;4H{ESC}Ex",
        "erase ignores the region": f"{region}{CSI}7;3H{CSI}J",
        "clear ignores the region": f"{region}{CSI}2J",
        "SU with colour": f"{_LINES}{CSI}5;10r{CSI}44m{CSI}2S",
        "LF with colour": f"{_LINES}{CSI}44m{CSI}24;1H\nx",
        "RI with colour": f"{_LINES}{CSI}44m{CSI}1;1H{ESC}Mx",
        "left and right": f"{_FULL}{CSI}?69h{CSI}10;20s{CSI}5;12Habcdefghijklmnop",
        "left and right scroll": f"{_FULL}{CSI}?69h{CSI}10;20s{CSI}5;10r{CSI}10;15H\nx",
        "left and right off": f"{_FULL}{CSI}?69h{CSI}10;20s{CSI}?69l{CSI}5;12Habcdefghijklmnop",
    }


def _origin() -> dict[str, str]:
    region = f"{_LINES}{CSI}5;10r{CSI}?6h"
    return {
        "homes": f"{region}x",
        "position": f"{region}{CSI}2;3Hx",
        "position below": f"{region}{CSI}99;3Hx",
        "VPA": f"{region}{CSI}3dx",
        "VPR beyond": f"{region}{CSI}99ex",
        "off homes": f"{region}{CSI}2;3H{CSI}?6lx",
        "saved with the cursor": f"{region}{CSI}2;3H{ESC}7{CSI}?6l{ESC}8x{CSI}Hy",
        "margins set in it": f"{region}{CSI}7;9rx",
        "column": f"{region}{CSI}2;3H{CSI}70Gx",
    }


def _wrap() -> dict[str, str]:
    full = "a" * 80
    return {
        "pending": full,
        "taken by the next character": full + "b",
        "taken by two": full + "bc",
        "CR": full + "\rb",
        "LF": full + "\nb",
        "tab": full + "\tb",
        "backspace": full + "\bb",
        **{
            f"cleared by {name}": f"{full}{CSI}{what}b"
            for name, what in {
                "CUF": "C",
                "CUB": "D",
                "CUU": "A",
                "CUD": "B",
                "CUP": "1;80H",
                "CHA": "80G",
                "EL": "K",
                "EL 1": "1K",
                "EL 2": "2K",
                "ED": "J",
                "ECH": "X",
                "DCH": "P",
                "ICH": "@",
                "IL": "L",
                "DL": "M",
                "SU": "S",
                "SD": "T",
                "DECSTBM": "r",
                "REP": "2b",
                "VPA": "d",
                "CBT": "Z",
            }.items()
        },
        "kept by SGR": f"{full}{CSI}1mb",
        "kept by save and restore": f"{full}{ESC}7{CSI}H{ESC}8b",
        "kept by a title": f"{full}{ESC}]2;t\x07b",
        "kept by DSR": f"{full}{CSI}5nb",
        "kept by a mode": f"{full}{CSI}?25hb",
        "off": f"{CSI}?7l{full}bcd",
        "off and on": f"{CSI}?7l{full}b{CSI}?7hcd",
        "on while pending": f"{full}{CSI}?7lb{CSI}?7hc",
        "at the last line": f"{_LINES}{CSI}24;75Hwrapping around",
        "wide at the last column": "a" * 79 + "日b",
        "wide at the last column, off": f"{CSI}?7l" + "a" * 79 + "日b",
        "wide after full": full + "日b",
        "combining while pending": full + "\u0301b",
        "a thousand": "".join(chr(97 + n % 26) for n in range(1000)),
    }


def _edit() -> dict[str, str]:
    def at(column: int, what: str) -> str:
        return f"{CSI}H0123456789abcdefghij{CSI}1;{column}H{what}"

    every = {
        f"{name} {count or 'default'}": at(5, f"{CSI}{count}{final}x")
        for (name, final), count in product(
            {"ICH": "@", "DCH": "P", "ECH": "X"}.items(), ("", "0", "1", "3", "79", "999")
        )
    }
    lines = {
        f"{name} {count or 'default'}": f"{_LINES}{CSI}5;3H{CSI}{count}{final}x"
        for (name, final), count in product({"IL": "L", "DL": "M"}.items(), ("", "0", "3", "99"))
    }
    erase = {
        f"{name} {kind or 'default'}{' in colour' if colour else ''}": f"{_FULL}{colour}{CSI}5;40H{CSI}{kind}{final}"
        for (name, final), kind, colour in product(
            {"EL": "K", "ED": "J"}.items(), ("", "0", "1", "2", "3", "9"), ("", f"{CSI}1;45m")
        )
    }
    coloured = {
        f"{name} in colour": f"{_LINES}{CSI}7;42m{CSI}5;3H{CSI}3{final}"
        for name, final in {
            "ICH": "@",
            "DCH": "P",
            "ECH": "X",
            "IL": "L",
            "DL": "M",
            "SU": "S",
            "SD": "T",
        }.items()
    }
    return {
        **every,
        **lines,
        **erase,
        **coloured,
        "ICH pushes wide off": f"{CSI}1;78H日x{CSI}1;1H{CSI}@",
        "ICH into wide": f"日本{CSI}1;2H{CSI}@x",
        "DCH half of wide": f"日本語{CSI}1;2H{CSI}Px",
        "DCH first half": f"日本語{CSI}1;1H{CSI}P",
        "ECH half of wide": f"日本語{CSI}1;2H{CSI}2X",
        "EL from half of wide": f"日本語{CSI}1;4H{CSI}K",
        "EL 1 to half of wide": f"日本語{CSI}1;3H{CSI}1K",
        "insert mode": at(5, f"{CSI}4hxyz"),
        "insert mode, wide": at(5, f"{CSI}4h日本"),
        "insert mode at the right edge": f"{CSI}4h{CSI}1;79Habc",
        "insert mode pushes off": f"{_FULL}{CSI}5;40H{CSI}4hINSERTED",
        "insert mode off": at(5, f"{CSI}4hxyz{CSI}4lXYZ"),
        "insert mode at the last column": f"{CSI}4h{CSI}1;80Hab",
        "insert mode, combining": at(5, f"{CSI}4he\u0301x"),
        "IL puts the cursor at the left": f"{_LINES}{CSI}5;9H{CSI}Lx",
        "DECALN": f"{CSI}5;9H{ESC}#8x",
        "DECSED": f"ab{CSI}?2J",
        "DECSCA and DECSEL": f'a{CSI}1"qb{CSI}0"qc{CSI}?2K',
        "ED 2 keeps the cursor": f"{_LINES}{CSI}9;9H{CSI}2Jx",
        "DECIC": f"{_LINES}{CSI}3;3H{CSI}2'}}",
        "DECDC": f"{_LINES}{CSI}3;3H{CSI}2'~",
        "SL": f"{_LINES}{CSI}2 @",
        "SR": f"{_LINES}{CSI}2 A",
        "DECFRA": f"{CSI}65;2;3;5;9$x",
        "DECERA": f"{_FULL}{CSI}2;3;5;9$z",
        "DECCRA": f"{_FULL}{CSI}2;3;5;9;1;10;20;1$v",
        "XTSHIFTESCAPE is no SGR": f"{CSI}>1sx",
    }


def _tabs() -> dict[str, str]:
    return {
        "every eight": "a\tb\tc\td",
        "from a stop": "\t\tx",
        "to the right edge": "\t" * 20 + "x",
        "do not wrap": "\t" * 20 + "xy",
        "do not erase": "abcdefghijkl\r\tx",
        "set": f"{CSI}1;4H{ESC}H\r\tx",
        "clear this": f"{CSI}1;9H{CSI}0g\r\tx",
        "clear this by default": f"{CSI}1;9H{CSI}g\r\tx",
        "clear another column's": f"{CSI}1;10H{CSI}g\r\tx",
        "clear all": f"{CSI}3g\tx",
        "clear all, set two": f"{CSI}3g{CSI}1;5H{ESC}H{CSI}1;50H{ESC}H\r\ta\tb\tc",
        "back over set ones": f"{CSI}3g{CSI}1;5H{ESC}H{CSI}1;50H{ESC}H{CSI}1;70H{CSI}Za{CSI}2Zb",
        "reset by DECST8C": f"{CSI}3g{CSI}?5W\tx",
        "reset by RIS": f"{CSI}3g{ESC}c\tx",
        "unknown TBC": f"{CSI}1;9H{CSI}1g{CSI}2g\r\tx",
    }


def _rep() -> dict[str, str]:
    return {
        "once by default": f"a{CSI}bx",
        "three": f"a{CSI}3bx",
        "zero is one": f"a{CSI}0bx",
        "around the edge": f"{CSI}1;78Ha{CSI}5bx",
        "wide": f"日{CSI}2bx",
        "wide at the edge": f"{CSI}1;77H日{CSI}2bx",
        "styled": f"{CSI}31ma{CSI}3b{CSI}0mx",
        "nothing before": f"{CSI}3bx",
        "again": f"a{CSI}2b{CSI}2bx",
        "after SGR": f"a{CSI}1m{CSI}3bx",
        "after CUP": f"a{CSI}2;2H{CSI}3bx",
        "after LF": f"a\n{CSI}3bx",
        "after tab": f"a\t{CSI}3bx",
        "line drawing": f"{ESC}(0q{CSI}5bx",
        "insert mode": f"0123456789\r{CSI}4ha{CSI}3bx",
        "huge": f"a{CSI}65536bx",
        "after a cluster": f"e\u0301{CSI}2bx",
    }


def _charsets() -> dict[str, str]:
    letters = "".join(map(chr, range(0x5F, 0x7F)))
    return {
        "line drawing": f"{ESC}(0{letters}{ESC}(B{letters}",
        "box": f"{ESC}(0lqqk\r\nx  x\r\nmqqj{ESC}(B",
        "G1 by SO and SI": f"{ESC})0a\x0eqx\x0fqx",
        "SO without a set": "a\x0eqx\x0fb",
        "G1 chosen while in use": f"\x0eq{ESC})0q",
        "UK": f"{ESC}(A#x",
        "unknown set": f"{ESC}(Zabc",
        "line drawing ignores upper case": f"{ESC}(0ABC123",
        "line drawing and UTF-8": f"{ESC}(0qéq日",
        "saved with the cursor": f"{ESC}(0{ESC}7{ESC}(Bq{ESC}8q",
        "SS2 and SS3": f"{ESC}*0{ESC}+0{ESC}Nqq{ESC}Oqq",
        "LS2 and LS3": f"{ESC}*0{ESC}nqq{ESC}(B\x0fq",
        "kept over the alternate screen": f"{ESC}(0{CSI}?1049hq{CSI}?1049lq",
        "reset by DECSTR": f"{ESC}(0{CSI}!pq",
        "reset by RIS": f"{ESC}(0{ESC}cq",
        "UTF-8 on": f"{ESC}%Gé",
    }


def _widths() -> dict[str, str]:
    characters = {
        "latin": "é",
        "CJK": "日",
        "hangul": "한",
        "halfwidth kana": "ｱ",
        "halfwidth voiced": "ｶﾞ",
        "fullwidth latin": "Ａ",
        "ideographic space": "\u3000",
        "emoji": "👍",
        "heart": "❤",
        "ambiguous": "α±§",
        "box drawing": "│─┼",
        "block elements": "█▓▒",
        "braille": "⠿",
        "powerline": "\ue0b0",
        "combining": "e\u0301",
        "two combining": "a\u0323\u0301",
        "combining on wide": "日\u0301",
        "combining alone": "\u0301",
        "thai": "ที่",
        "arabic": "سلام",
        "hebrew points": "שָׁ",
        "soft hyphen": "a\u00adb",
        "nbsp": "a\u00a0b",
        "zero width space": "a\u200bb",
        "zero width joiner": "a\u200db",
        "BOM": "a\ufeffb",
        "word joiner": "a\u2060b",
        "RLO": "a\u202eb",
        "LRM": "a\u200eb",
        "line separator": "a\u2028b",
        "private use": "\ue000",
        "beyond the BMP": "𝒜",
        "CJK beyond the BMP": "𠀀",
        "replacement": "\ufffd",
        "noncharacter": "a\ufffeb",
        "last code point": "a\U0010fffdb",
        "unassigned": "a\u0378b",
        "devanagari": "कि",
        "hangul jamo": "각",
        "roman numeral": "Ⅷ",
        "circled": "①",
        "C1 as UTF-8": "a\u0085b\u009bc",
    }
    clusters = {
        "emoji presentation": "❤\ufe0f",
        "text presentation": "👍\ufe0e",
        "skin tone": "👍🏽",
        "family": "👩‍👩‍👧",
        "astronaut": "🧑‍🚀",
        "flag": "🇩🇪",
        "two flags": "🇩🇪🇫🇷",
        "half a flag": "🇩",
        "keycap": "1\ufe0f\u20e3",
        "subdivision flag": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    }
    return {
        **{name: f"{text}|" for name, text in (characters | clusters).items()},
        "half written over": f"日本{CSI}1;2Hx",
        "first half written over": f"日本{CSI}1;1Hx",
        "wide over two halves": f"日本語{CSI}1;2H中",
        "cursor on the second half": f"日本{CSI}1;2H",
        "wide over narrow": f"abcd{CSI}1;2H日",
        "combining after a move": f"ab{CSI}1;2H\u0301x",
        "combining after SGR": f"e{CSI}1m\u0301x",
        "combining after LF": "e\r\n\u0301x",
        "combining at the left edge": "\r\u0301x",
        "combining after a blank": "a \u0301x",
        "ten combining": "a" + "\u0301" * 10 + "x",
        "wide row": "日" * 45,
    }


def _utf8() -> dict[str, bytes]:
    return {
        "lone continuation": b"a\x80b\xbfc",
        "lone lead": b"a\xc3b",
        "lead then escape": b"a\xe6\x97\x1b[31mb",
        "lead then lead": b"a\xe6\xe6\x97\xa5b",
        "cut short at three": b"a\xf0\x9f\x91b",
        "overlong": b"a\xc0\xafb",
        "overlong of three": b"a\xe0\x80\xafb",
        "surrogate": b"a\xed\xa0\x80b",
        "too large": b"a\xf4\x90\x80\x80b",
        "five bytes": b"a\xf8\x88\x80\x80\x80b",
        "FE and FF": b"a\xfe\xffb",
        "eight-bit CSI": b"a\x9b31mb",
        "latin-1 text": b"Gr\xfc\xdfe",
        "lead then LF": b"a\xe6\x97\nb",
        "lead then CR LF": b"a\xe6\r\nb",
        "cut at the end": b"a\xe6\x97",
    }


SGR_FORMS = """
0 1 2 3 4 5 6 7 8 9 21 22 23 24 25 27 28 29 53 55 73 74 75 51 52 10 11 20 26
30 31 37 39 40 47 49 90 97 100 107 1;31 1;2 1;3;4;7;9 31;42 91;102
38;5;0 38;5;7 38;5;8 38;5;15 38;5;16 38;5;231 38;5;255 38;5;256 38;5;999 48;5;0 48;5;200
38;2;1;2;3 48;2;255;254;253 38;2;256;0;0 38;2;1;2;3;1 38;5;9;1 48;5;9;38;5;10
38:5:9 48:5:200 38:2:1:2:3 38:2::1:2:3 38:2:0:1:2:3 48:2::9:8:7 38:2::1:2:3:0:1 38:5:9;1 1;38:2::1:2:3;4
4:0 4:1 4:2 4:3 4:4 4:5 4:9 58;5;9 58:5:9 58;2;1;2;3 58:2::1:2:3 58:5:9;4:3 58;5;9;59
1;22 2;22 1;2;22 3;23 4;24 21;24 4:3;24 5;25 7;27 8;28 9;29 53;55 31;39 41;49
99 1;99 99;1 108 1000 65536 99999999999 1;99999999999
; ;; ;1 1; 1;; 1;;3 31;;1 38 38;5 38;5; 38;2 38;2;1 38;2;1;2 38;2;; 38;9;1 38;1 48;5 1;38;5 1;48;2;5 38;5;9; 38;5;;1
38: 38:5 38:2 38:2:1 4: 1:2 31:5 :1 38:5:
01 031 0;1 1;0 1;0;3 00;01;31
1;2;3;4;5;7;9;31;42;53 30;31;32;33;34;35;36;37;1;2;3;4;5;7;9;21
""".split()
SGR_FORMS.append("1;" * 40 + "31")


def _sgr() -> dict[str, str]:
    return {
        **{f"{form}": f"{CSI}{form}mx{CSI}0my" for form in SGR_FORMS},
        "no parameter": f"{CSI}1;31ma{CSI}mb",
        "kept over lines": f"{CSI}32ma\r\nb",
        "blanks keep reverse": f"{CSI}7m a {CSI}0m b",
        "blanks keep underline": f"{CSI}4m a {CSI}0m b",
        "private > is no SGR": f"{CSI}>4;2mx",
        "private ? is no SGR": f"{CSI}?4mx",
        "with a space is no SGR": f"{CSI}1 mx",
        "all of 256": "".join(f"{CSI}48;5;{n}m{CSI}38;5;{255 - n}m#" for n in range(256)),
        "ramp of RGB": "".join(f"{CSI}48;2;{n};{255 - n};{n // 2}m " for n in range(0, 256, 4)),
        "XTPUSHSGR": f"{CSI}1m{CSI}#{{{CSI}0;31ma{CSI}#}}b",
    }


def _screens() -> dict[str, str]:
    return {
        "1049": f"primary{CSI}?1049halternate",
        "1049 and back": f"primary{CSI}?1049halternate{CSI}?1049lx",
        "1049 keeps the cursor": f"{CSI}5;5Hprimary{CSI}?1049h{CSI}Halt{CSI}?1049lx",
        "1049 clears": f"{CSI}?1049hone{CSI}?1049l{CSI}?1049htwo",
        "1049 twice": f"one{CSI}?1049htwo{CSI}?1049hthree{CSI}?1049lfour",
        "1049 off on the primary": f"one{CSI}5;5H{CSI}?1049lx",
        "47": f"primary{CSI}?47halternate",
        "47 and back": f"primary{CSI}?47halternate{CSI}?47lx",
        "1047": f"primary{CSI}?1047halternate{CSI}?1047lx",
        "1048": f"{CSI}5;5H{CSI}?1048h{CSI}H{CSI}?1048lx",
        "style over 1049": f"{CSI}31mone{CSI}?1049h{CSI}32mtwo{CSI}?1049lthree",
        "margins over 1049": f"{CSI}5;10r{CSI}?1049h{CSI}24;1H\nx{CSI}?1049l{CSI}24;1H\ny",
        "lines scrolled off": "".join(f"{n}\r\n" for n in range(40)),
        "scrolled off, alternate": f"{CSI}?1049h" + "".join(f"{n}\r\n" for n in range(40)),
        "coloured, entered": f"{CSI}44mtext{CSI}?1049hx",
        "RIS leaves it": f"one{CSI}?1049htwo{ESC}cx",
    }


def _saving() -> dict[str, str]:
    return {
        "DECSC": f"{CSI}5;5H{ESC}7{CSI}H{ESC}8x",
        "SCOSC": f"{CSI}5;5H{CSI}s{CSI}H{CSI}ux",
        "style": f"{CSI}1;31m{ESC}7{CSI}0ma{ESC}8b",
        "nothing saved": f"{CSI}5;5H{ESC}8x",
        "nothing saved, style": f"{CSI}1;31ma{ESC}8b",
        "twice restored": f"{CSI}5;5H{ESC}7{CSI}H{ESC}8x{ESC}8y",
        "wrap off": f"{ESC}7{CSI}?7l{ESC}8" + "a" * 85,
        "each screen its own": f"{CSI}5;5H{ESC}7{CSI}?1049h{CSI}9;9H{ESC}7{CSI}?1049l{ESC}8x",
        "DECSTR": f"{CSI}1;31m{CSI}4h{CSI}?6h{CSI}5;10r{CSI}!p{CSI}24;1Hx",
        "RIS": f"{CSI}1;31m{CSI}4h{CSI}5;10rtext{ESC}cx",
        "DECSTR keeps the text": f"text{CSI}!pmore",
        "cursor hidden, DECSTR": f"{CSI}?25l{CSI}!p",
        "cursor hidden, RIS": f"{CSI}?25l{ESC}c",
    }


def _malformed() -> dict[str, str | bytes]:
    long = "1;" * 500
    return {
        "CAN in a CSI": f"a{CSI}31\x18mb",
        "SUB in a CSI": f"a{CSI}31\x1amb",
        "ESC in a CSI": f"a{CSI}31{CSI}1mb",
        "CAN in an OSC": f"a{ESC}]2;title\x18b",
        "ESC in an OSC": f"a{ESC}]2;title{CSI}1mb",
        "unknown CSI": f"a{CSI}1;2;3yb{CSI}5~c{CSI}?9zd",
        "unknown ESC": f"a{ESC}~b{ESC}1c{ESC} Fd",
        "unknown OSC": f"a{ESC}]31337;foo\x07b",
        "OSC by ST": f"a{ESC}]2;t{ESC}\\b",
        "OSC without a number": f"a{ESC}];t\x07b{ESC}]\x07c",
        "DCS": f"a{ESC}Pfoo{ESC}\\b",
        "DCS with BEL": f"a{ESC}Pfoo\x07bar{ESC}\\b",
        "APC PM SOS": f"a{ESC}_apc{ESC}\\b{ESC}^pm{ESC}\\c{ESC}Xsos{ESC}\\d",
        "screen's title": f"a{ESC}ktitle{ESC}\\b",
        "too many parameters": f"a{CSI}{long}mb",
        "parameter too large": f"a{CSI}99999999999999999999;5Hb",
        "negative": f"a{CSI}-5Hb",
        "intermediate before parameters": f"a{CSI} 5mb",
        "two intermediates": f'a{CSI}5 "qb',
        "private in the middle": f"a{CSI}5?25lb",
        "colon in CUP": f"a{CSI}5:5Hb",
        "DEL in a CSI": b"a\x1b[3\x7f1mb",
        "NUL in a CSI": b"a\x1b[3\x001mb",
        "UTF-8 in a CSI": "a\x1b[3é1mb".encode(),
        "eight-bit in a CSI": b"a\x1b[3\x9b1mb",
        "high byte in an OSC": b"a\x1b]2;t\xff\xfe\x07b",
        "lone ESC": f"a{ESC}",
        "lone CSI": f"a{CSI}",
        "unfinished OSC": f"a{ESC}]2;title",
        "ESC ESC": f"a{ESC}{ESC}{CSI}1mb",
        "ESC before a control": f"abc{ESC}\rx",
        "a long OSC": f"a{ESC}]2;" + "t" * 5000 + "\x07b",
        "a long unknown OSC": f"a{ESC}]31337;" + "t" * 200_000 + "\x07b",
        "a long DCS": f"a{ESC}P" + "t" * 200_000 + f"{ESC}\\b",
        "a long CSI": f"a{CSI}" + "1" * 5000 + "mb",
        "huge counts": f"a{CSI}999999999C{CSI}999999999Bb{CSI}999999999Ac{CSI}999999999L",
        "huge erase": f"abc{CSI}H{CSI}999999999X{CSI}999999999P{CSI}999999999@x",
        "string terminator alone": f"a{ESC}\\b",
        "DECRQM": f"a{CSI}?25$pb",
        "questions": f"a{CSI}c{CSI}>c{CSI}6n{CSI}5nb{ESC}Zc",
        "hyperlink": f"{ESC}]8;;https://e.example/\x07link{ESC}]8;;\x07 plain",
        "hyperlink over lines": f"{CSI}1;78H{ESC}]8;;https://e.example/{ESC}\\linked text{ESC}]8;;{ESC}\\ x",
        "semantic prompt": f"{ESC}]133;A\x07$ {ESC}]133;B\x07ls\r\n{ESC}]133;C\x07out{ESC}]133;D;0\x07",
        "working directory": f"{ESC}]7;file://host/tmp\x07x",
        "modifyOtherKeys": f"a{CSI}>4;1mb{CSI}>4;2mc{CSI}>4md",
        "kitty keyboard": f"a{CSI}>1ub{CSI}<uc{CSI}=5;1ud{CSI}?ue",
        "cursor style": f"a{CSI}5 qb{CSI}0 qc",
        "window operations": f"a{CSI}8;30;100tb{CSI}22;0tc{CSI}23;0td",
        "bracketed paste and mouse": f"a{CSI}?2004hb{CSI}?1000;1006hc{CSI}?1004hd",
        "media copy": f"a{CSI}5ib{CSI}4ic",
        "DECCOLM": f"text{CSI}?3hx",
        "DECSCNM": f"text{CSI}?5hx",
        "double size": f"{ESC}#3top\r\n{ESC}#4bottom\r\n{ESC}#6wide\r\n{ESC}#5x",
        "VT52": f"a{CSI}?2lb{ESC}<c",
        "keypad": f"a{ESC}=b{ESC}>c",
        "locking": f"a{ESC}lb{ESC}mc",
        "reverse wrap": f"{CSI}?45h{CSI}2;1H\bx",
        "synchronised": f"a{CSI}?2026hb{CSI}?2026lc",
        "sixel": f"a{ESC}Pq#0;2;0;0;0#0~~@@vv{ESC}\\b",
        "kitty image": f"a{ESC}_Ga=T,f=24,s=1,v=1;AAAA{ESC}\\b",
        "iTerm image": f"a{ESC}]1337;File=inline=1:AAAA\x07b",
    }


_GROUPS: Final[dict[str, Callable[[], Mapping[str, str | bytes]]]] = {
    "cursor": _cursor,
    "margins": _margins,
    "origin": _origin,
    "wrap": _wrap,
    "edit": _edit,
    "tabs": _tabs,
    "REP": _rep,
    "charset": _charsets,
    "width": _widths,
    "UTF-8": _utf8,
    "SGR": _sgr,
    "screens": _screens,
    "saving": _saving,
    "odd": _malformed,
}

PROBES: Final[dict[str, bytes]] = {
    f"{group}: {name}": probe if isinstance(probe, bytes) else probe.encode()
    for group, make in _GROUPS.items()
    for name, probe in make().items()
}

# What depends on where the edges are is asked at other sizes, too.
SIZES: Final = {
    Size(20, 5): ("cursor: moves", "margins: ", "wrap: ", "edit: insert", "tabs: ", "REP: ", "width: "),
    Size(132, 50): ("cursor: moves", "margins: ", "wrap: at", "tabs: ", "screens: "),
}


def probes(size: Size) -> dict[str, bytes]:
    """The probes that run at ``size``."""
    if size == STANDARD:
        return PROBES
    return {name: probe for name, probe in PROBES.items() if name.startswith(SIZES[size])}
