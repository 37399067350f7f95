"""Where the pane differs from other terminals, and who is right.

The rules are ECMA-48, DEC STD 070 where that is silent, and xterm's "ctlseqs" (called so here) for what is
newer; what podboard says it is, is xterm. A probe that is listed at 80x24 is not compared again at other
sizes.
``docs/terminal.md`` shows this table; ``python -m tests.differential.differences`` writes it there.
"""

# ruff: noqa: E501 - a table reads best as one

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple

TEXT: Final = Path(__file__).parents[2] / "docs/terminal.md"


class Known(NamedTuple):
    """Differences of one kind.

    Attributes:
        witness: Whom the pane differs from.
        right: Who is, or ``either`` where nothing says.
        probes: What podboard shows and what the witness shows, by the name of the probe.
    """

    witness: Literal["tmux", "xterm.js"]
    right: Literal["podboard", "tmux", "xterm.js", "either", "neither"]
    why: str
    probes: dict[str, tuple[str, str]]


def known(witness: str) -> dict[str, tuple[str, str]]:
    """All that is known of one witness, by the name of the probe."""
    return {name: says for kind in KNOWN if kind.witness == witness for name, says in kind.probes.items()}


def table() -> str:
    """The differences as Markdown."""
    parts = []
    for witness in ("tmux", "xterm.js"):
        kinds = [kind for kind in KNOWN if kind.witness == witness]
        count = sum(len(kind.probes) for kind in kinds)
        parts.append(f"### {witness}: {count} probes\n")
        for kind in kinds:
            parts.append(f"**{kind.right.capitalize()}.** {kind.why}\n")
            parts.append(f"| probe | podboard | {witness} |\n|---|---|---|")
            for name, (ours, theirs) in kind.probes.items():
                parts.append(f"| {_cell(name)} | {_cell(ours)} | {_cell(theirs)} |")
            parts.append("")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return f"`{text.replace('|', '¦')}`"


def rendered(text: str) -> str:
    """``docs/terminal.md`` with the table as it is now."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{table()}\n{_END}{after}"


_BEGIN: Final = "<!-- differences -->"
_END: Final = "<!-- end of differences -->"

KNOWN: Final = (
    Known(
        "tmux",
        "podboard",
        "ECMA-48 has HPR, HPB, VPR, VPB and CHT (8.3.59, 8.3.58, 8.3.160, 8.3.159, 8.3.10); tmux knows none of them.",
        {
            "cursor: a default": (
                "10: '                    x', cursor (21, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: a 1": (
                "10: '                    x', cursor (21, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: a 3": (
                "10: '                      x', cursor (23, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: a 99": (
                "10: '                              ...', cursor (79, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: a 65536": (
                "10: '                              ...', cursor (79, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: e default": (
                "10: '', then plain, cursor (20, 10)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: e 1": (
                "10: '', then plain, cursor (20, 10)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: e 3": (
                "10: '', then plain, cursor (20, 12)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: e 99": (
                "10: '', then plain, cursor (20, 23)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: e 65536": (
                "10: '', then plain, cursor (20, 23)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j default": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 0": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 1": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 3": (
                "10: '                x', cursor (17, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 99": ("10: 'x', cursor (1, 9)", "10: '                   x', cursor (20, 9)"),
            "cursor: j 65536": ("10: 'x', cursor (1, 9)", "10: '                   x', cursor (20, 9)"),
            "cursor: k default": (
                "9: '                   x', cursor (20, 8)",
                "9: '', then plain, cursor (20, 9)",
            ),
            "cursor: k 0": ("9: '                   x', cursor (20, 8)", "9: '', then plain, cursor (20, 9)"),
            "cursor: k 1": ("9: '                   x', cursor (20, 8)", "9: '', then plain, cursor (20, 9)"),
            "cursor: k 3": ("7: '                   x', cursor (20, 6)", "7: '', then plain, cursor (20, 9)"),
            "cursor: k 99": (
                "1: '                   x', cursor (20, 0)",
                "1: '', then plain, cursor (20, 9)",
            ),
            "cursor: k 65536": (
                "1: '                   x', cursor (20, 0)",
                "1: '', then plain, cursor (20, 9)",
            ),
            "cursor: I default": (
                "10: '                        x', cursor (25, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: I 1": (
                "10: '                        x', cursor (25, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: I 3": (
                "10: '                              ...', cursor (41, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: I 99": (
                "10: '                              ...', cursor (79, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: I 65536": (
                "10: '                              ...', cursor (79, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: CHT": (
                "1: '        x               y     ...', cursor (79, 0)",
                "1: 'xyz', cursor (3, 0)",
            ),
            "origin: VPR beyond": ("5: 'EEEEE', cursor (1, 9)", "5: 'xEEEE', cursor (1, 4)"),
        },
    ),
    Known(
        "tmux",
        "tmux",
        "A count of 0 is 1 (DEC STD 070; ctlseqs says the default is 1); the core takes it as nothing to do.",
        {
            "edit: DCH 0": ("1: '0123x56789abcdefghij'", "1: '0123x6789abcdefghij'"),
            "edit: IL 0": ("5: 'EExEE'", "5: '  x'"),
            "edit: DL 0": ("5: 'EExEE'", "5: 'FFxFF'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "IL and DL put the cursor at the left margin (DEC STD 070, xterm).",
        {
            "margins: insert lines": ("6: 'x', cursor (1, 5)", "6: '  x', cursor (3, 5)"),
            "margins: delete lines": ("6: 'xHHHH', cursor (1, 5)", "6: 'HHxHH', cursor (3, 5)"),
            "edit: IL default": ("5: 'x', cursor (1, 4)", "5: '  x', cursor (3, 4)"),
            "edit: IL 3": ("5: 'x', cursor (1, 4)", "5: '  x', cursor (3, 4)"),
            "edit: IL 99": ("5: 'x', cursor (1, 4)", "5: '  x', cursor (3, 4)"),
            "edit: DL default": ("5: 'xFFFF', cursor (1, 4)", "5: 'FFxFF', cursor (3, 4)"),
            "edit: DL 3": ("5: 'xHHHH', cursor (1, 4)", "5: 'HHxHH', cursor (3, 4)"),
            "edit: DL 99": ("5: 'x', cursor (1, 4)", "5: '  x', cursor (3, 4)"),
            "edit: IL in colour": ("cursor (0, 4)", "cursor (2, 4)"),
            "edit: DL in colour": ("cursor (0, 4)", "cursor (2, 4)"),
            "edit: IL puts the cursor at the left": (
                "5: 'x', cursor (1, 4)",
                "5: '        x', cursor (9, 4)",
            ),
            "odd: huge counts": ("cursor (0, 0)", "cursor (79, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "IL and DL outside the scroll region do nothing (DEC STD 070, xterm).",
        {
            "margins: insert lines outside": ("3: 'CCxCC'", "3: '  x'"),
            "margins: delete lines outside": ("12: 'LLxLL'", "12: 'NNxNN'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Left and right margins (DECSLRM, in ctlseqs); tmux has none.",
        {
            "margins: left and right": (
                "5: 'E1234567890abcdefghi0123456789...', cursor (16, 5)",
                "5: 'E1234567890abcdefghijklmnop789...', cursor (27, 4)",
            ),
            "margins: left and right scroll": (
                "5: 'E12345678901234567890123456789...'",
                "5: 'F12345678901234567890123456789...'",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "In origin mode everything counts from the margins, and setting them homes the cursor within them (DEC STD 070).",
        {
            "origin: margins set in it": ("1: 'AAAAA', cursor (1, 6)", "1: 'xAAAA', cursor (1, 0)"),
            "origin: column": (
                "6: 'FFFFF', then plain, cursor (70, 9)",
                "6: 'FFFFF                         ...', cursor (70, 5)",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "An erasure, an insertion, a deletion or a move ends the wait behind the last column (xterm resets do_wrap); tmux goes on waiting.",
        {
            "wrap: cleared by EL": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by EL 1": (
                "1: '                              ...', cursor (79, 0)",
                "1: '', then plain, cursor (1, 1)",
            ),
            "wrap: cleared by EL 2": (
                "1: '                              ...', cursor (79, 0)",
                "1: '', then plain, cursor (1, 1)",
            ),
            "wrap: cleared by ED": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by ECH": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by DCH": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by ICH": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by IL": ("1: 'b', cursor (1, 0)", "1: '', then plain, cursor (1, 1)"),
            "wrap: cleared by DL": ("1: 'b', cursor (1, 0)", "1: '', then plain, cursor (1, 1)"),
            "wrap: cleared by VPA": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "A cursor that waits stands in the last column (DEC STD 070), and moves count from there; tmux's stands behind it.",
        {
            "cursor: backspace from the last column": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
            ),
            "wrap: LF": (
                "2: '                              ...', cursor (79, 1)",
                "2: '', then plain, cursor (1, 2)",
            ),
            "wrap: backspace": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
            ),
            "wrap: cleared by CUB": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
            ),
            "wrap: off and on": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (2, 1)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: on while pending": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
            ),
        },
    ),
    Known(
        "tmux",
        "tmux",
        "CBT is a move and ends the wait (xterm); the core moves nowhere while it waits.",
        {
            "wrap: cleared by CBT": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (73, 0)",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "DECSC saves the wait behind the last column, too (DEC STD 070).",
        {
            "wrap: kept by save and restore": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "LNM makes LF a new line (ECMA-48 7.2.9, in ctlseqs); tmux does not know it.",
        {
            "cursor: LNM": ("2: 'twothree', cursor (12, 2)", "2: '   twothree', cursor (15, 2)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "More than is left of the line is all of it; tmux does nothing then.",
        {
            "edit: ICH 79": ("1: '0123x', then plain", "1: '0123x56789abcdefghij'"),
            "edit: ICH 999": ("1: '0123x', then plain", "1: '0123x56789abcdefghij'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Half of a wide character cannot stand: what takes one half away takes the other (xterm).",
        {
            "edit: ICH into wide": ("1: ' x \\u672c'", "1: '\\u65e5x \\u672c'"),
            "edit: DCH half of wide": ("1: ' x \\u8a9e'", "1: '\\u65e5x \\u8a9e'"),
            "edit: DCH first half": ("1: ' \\u672c\\u8a9e'", "1: '\\u672c\\u8a9e'"),
            "edit: ECH half of wide": ("1: '    \\u8a9e'", "1: '\\u65e5  \\u8a9e'"),
            "edit: EL from half of wide": ("1: '\\u65e5', then plain", "1: '\\u65e5\\u672c'"),
            "edit: EL 1 to half of wide": ("1: '    \\u8a9e'", "1: '   \\u8a9e'"),
            "width: half written over": ("1: ' x\\u672c'", "1: '\\u65e5x\\u672c'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "DECSED, DECSEL and DECSCA (in ctlseqs); tmux knows none.",
        {
            "edit: DECSED": ("1: '', then plain", "1: 'ab'"),
            "edit: DECSCA and DECSEL": ("1: ' b'", "1: 'abc'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "DECST8C sets a stop every eight columns (in ctlseqs); tmux does not know it.",
        {
            "tabs: reset by DECST8C": (
                "1: '        x', cursor (9, 0)",
                "1: '                              ...', cursor (79, 0)",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "REP repeats as if it were typed: around the edge, wide ones, any number (xterm); tmux stops at the edge and repeats ASCII only.",
        {
            "wrap: cleared by REP": ("2: 'aab', cursor (3, 1)", "2: 'b', cursor (1, 1)"),
            "REP: around the edge": ("2: 'aaax', cursor (4, 1)", "2: 'x', cursor (1, 1)"),
            "REP: wide": ("1: '\\u65e5\\u65e5\\u65e5x', cursor (7, 0)", "1: '\\u65e5x', cursor (3, 0)"),
            "REP: wide at the edge": (
                "1: '                              ...', cursor (3, 1)",
                "1: '                              ...', cursor (79, 0)",
            ),
        },
    ),
    Known(
        "tmux",
        "either",
        "How often at most is not defined; podboard repeats for the width of the screen, tmux to the edge.",
        {
            "REP: huge": ("2: 'ax', cursor (2, 1)", "2: 'x', cursor (1, 1)"),
        },
    ),
    Known(
        "tmux",
        "either",
        "ECMA-48 knows no combining characters here: the core repeats the letter, tmux nothing.",
        {
            "REP: after a cluster": ("1: 'e\\u0301eex', cursor (4, 0)", "1: 'e\\u0301x', cursor (2, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "The UK set has a pound sign for # (DEC STD 070); tmux does not know it.",
        {
            "charset: UK": ("1: '\\xa3x'", "1: '#x'"),
        },
    ),
    Known(
        "tmux",
        "tmux",
        "A character outside the set's 94 is printed as it is; the core drops it while another set than ASCII is in use.",
        {
            "charset: line drawing and UTF-8": (
                "1: '\\u2500\\xe9\\u2500', then plain",
                "1: '\\u2500\\xe9\\u2500\\u65e5'",
            ),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "G2 and G3 (SS2, SS3, LS2, LS3: ISO 2022, in ctlseqs); tmux has G0 and G1.",
        {
            "charset: SS2 and SS3": ("1: '\\u2500q\\u2500q'", "1: 'qqqq'"),
            "charset: LS2 and LS3": ("1: '\\u2500\\u2500q'", "1: 'qqq'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "A character without a width that could hide or reorder what stands beside it is not kept; tmux joins it to the character before.",
        {
            "width: zero width space": ("1: 'ab|'", "1: 'a\\u200bb|'"),
            "width: BOM": ("1: 'ab|'", "1: 'a\\ufeffb|'"),
            "width: word joiner": ("1: 'ab|'", "1: 'a\\u2060b|'"),
            "width: RLO": ("1: 'ab|'", "1: 'a\\u202eb|'"),
            "width: LRM": ("1: 'ab|'", "1: 'a\\u200eb|'"),
        },
    ),
    Known(
        "tmux",
        "either",
        "Neither is seen: podboard keeps the joiner with its character, tmux waits with it for the next one.",
        {
            "width: zero width joiner": ("1: 'a\\u200db|'", "1: 'ab|'"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "A character nobody has assigned is one column wide, as xterm and podboard's own renderer have it; tmux drops it.",
        {
            "width: noncharacter": ("1: 'a\\ufffeb|', cursor (4, 0)", "1: 'ab|', cursor (3, 0)"),
            "width: unassigned": ("1: 'a\\u0378b|', cursor (4, 0)", "1: 'ab|', cursor (3, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Clusters take the columns that Unicode 15.1 (UAX 29, UTS 51) and podboard's renderer give them (mode 2027); tmux 3.3 reckons by code points.",
        {
            "width: emoji presentation": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: text presentation": ("cursor (2, 0)", "cursor (3, 0)"),
            "width: skin tone": ("cursor (3, 0)", "cursor (5, 0)"),
            "width: half a flag": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: keycap": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: subdivision flag": (
                "1: '\\U0001f3f4\\U000e0067\\U000e0062...'",
                "1: '\\U0001f3f4\\U000e0067\\U000e0062...'",
            ),
        },
    ),
    Known(
        "tmux",
        "either",
        "The cursor is on a wide character's second half: podboard says its first column, where it is drawn.",
        {
            "width: cursor on the second half": ("cursor (0, 0)", "cursor (1, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Malformed UTF-8 shows a replacement character for each part that cannot begin or go on (Unicode 3.9, xterm); tmux drops it with what follows.",
        {
            "UTF-8: lone continuation": ("1: 'a\\ufffdb\\ufffdc', cursor (5, 0)", "1: 'abc', cursor (3, 0)"),
            "UTF-8: lone lead": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: lead then escape": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: lead then lead": ("1: 'a\\ufffd\\u65e5b', cursor (5, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: cut short at three": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: overlong": ("1: 'a\\ufffd\\ufffdb', cursor (4, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: overlong of three": (
                "1: 'a\\ufffd\\ufffd\\ufffdb', cursor (5, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: surrogate": ("1: 'a\\ufffd\\ufffd\\ufffdb', cursor (5, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: too large": (
                "1: 'a\\ufffd\\ufffd\\ufffd\\ufffdb', cursor (6, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: five bytes": (
                "1: 'a\\ufffd\\ufffd\\ufffd\\ufffd\\ufff...', cursor (7, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: FE and FF": ("1: 'a\\ufffd\\ufffdb', cursor (4, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: eight-bit CSI": ("1: 'a\\ufffd31mb', cursor (6, 0)", "1: 'a31mb', cursor (5, 0)"),
            "UTF-8: latin-1 text": ("1: 'Gr\\ufffd\\ufffde', cursor (5, 0)", "1: 'Gre', cursor (3, 0)"),
            "UTF-8: lead then LF": ("1: 'a\\ufffd', cursor (3, 1)", "1: 'a', then plain, cursor (2, 1)"),
            "UTF-8: lead then CR LF": ("1: 'a\\ufffd'", "1: 'a', then plain"),
            "UTF-8: cut at the end": ("1: 'a\\ufffd', cursor (2, 0)", "1: 'a', then plain, cursor (1, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Overline: tmux 3.3 has it, but capture-pane writes it as 5;3.",
        {
            "SGR: 53": ("1: 'xy', 'x' overline", "1: 'xy', 'x' italic blink"),
            "SGR: 1;2;3;4;5;7;9;31;42;53": (
                "1: 'xy', 'x' foreground=1 background=2 bold italic faint blink inverse strikethrough overline underline=1",
                "1: 'xy', 'x' foreground=1 background=2 bold italic faint blink inverse strikethrough underline=5",
            ),
        },
    ),
    Known(
        "tmux",
        "either",
        "A number that is out of range means nothing: the core takes its low eight bits, as xterm.js does, tmux drops it.",
        {
            "SGR: 38;5;256": ("1: 'xy', 'x' foreground=0", "1: 'xy', 'x' plain"),
            "SGR: 38;5;999": ("1: 'xy', 'x' foreground=231", "1: 'xy', 'x' plain"),
            "SGR: 38;2;256;0;0": ("1: 'xy', 'x' foreground=(0,0,0)", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "tmux",
        "either",
        "No such underline: the core draws a plain one, as xterm.js does, tmux none.",
        {
            "SGR: 4:9": ("1: 'xy', 'x' underline=1", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "A parameter too large is one that is not known; tmux drops the sequence with all others.",
        {
            "SGR: 1;99999999999": ("1: 'xy', 'x' bold", "1: 'xy', 'x' plain"),
            "odd: parameter too large": ("1: 'a', then plain, cursor (5, 23)", "1: 'ab', cursor (2, 0)"),
        },
    ),
    Known(
        "tmux",
        "tmux",
        "An empty parameter at the end is 0 (ECMA-48 5.4.2); the core drops it.",
        {
            "SGR: 1;": ("1: 'xy', 'x' bold", "1: 'xy', 'x' plain"),
            "SGR: 38;5;9;": ("1: 'xy', 'x' foreground=9", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "tmux",
        "tmux",
        "A colour that is incomplete or of no known kind is none; the core takes its numbers for attributes of their own (5 is blink, 2 is faint).",
        {
            "SGR: 38;5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' plain"),
            "SGR: 38;5;": ("1: 'xy', 'x' blink", "1: 'xy', 'x' plain"),
            "SGR: 38;2": ("1: 'xy', 'x' faint", "1: 'xy', 'x' plain"),
            "SGR: 38;2;1": ("1: 'xy', 'x' bold faint", "1: 'xy', 'x' bold"),
            "SGR: 38;9;1": ("1: 'xy', 'x' bold strikethrough", "1: 'xy', 'x' bold"),
            "SGR: 38;1": ("1: 'xy', 'x' bold", "1: 'xy', 'x' plain"),
            "SGR: 48;5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' plain"),
            "SGR: 1;38;5": ("1: 'xy', 'x' bold blink", "1: 'xy', 'x' bold"),
            "SGR: 1;48;2;5": ("1: 'xy', 'x' bold faint blink", "1: 'xy', 'x' bold blink"),
            "SGR: 38:5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' plain"),
            "SGR: 38:2": ("1: 'xy', 'x' faint", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "An empty parameter within is 0: colour 0 (ECMA-48 5.4.2); tmux drops the colour.",
        {
            "SGR: 38;5;;1": ("1: 'xy', 'x' foreground=0 bold", "1: 'xy', 'x' bold"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "1049 restores the cursor whether or not it switches screens (xterm).",
        {
            "screens: 1049 off on the primary": ("1: 'xne', cursor (1, 0)", "1: 'one', cursor (5, 4)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "1048 saves and restores the cursor (in ctlseqs); tmux does not know it.",
        {
            "screens: 1048": ("1: '', then plain, cursor (5, 4)", "1: 'x', cursor (1, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "RIS leaves the alternate screen (xterm); tmux clears it and stays.",
        {
            "screens: RIS leaves it": ("alternate False", "alternate True"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Each screen has a saved cursor of its own (xterm).",
        {
            "saving: each screen its own": ("5: '    x', cursor (5, 4)", "5: '', then plain, cursor (9, 8)"),
        },
    ),
    Known(
        "tmux",
        "either",
        "ESC k is GNU screen's title; xterm, which podboard says it is, does not know it and prints what follows.",
        {
            "odd: screen's title": ("1: 'atitleb', cursor (7, 0)", "1: 'ab', cursor (2, 0)"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "Bytes above 0x7f within a control sequence: the core takes none for a control and none for text.",
        {
            "odd: eight-bit in a CSI": ("1: 'ab', 'b' bold", "1: 'ab', 'b' foreground=1"),
        },
    ),
    Known(
        "tmux",
        "podboard",
        "DECCOLM does nothing unless a program has allowed it (mode 40, as in xterm); tmux clears the screen.",
        {
            "odd: DECCOLM": ("1: 'textx', cursor (5, 0)", "1: 'x', cursor (1, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "A count of 0 is 1 (DEC STD 070; ctlseqs says the default is 1); the core takes it as nothing to do.",
        {
            "cursor: a 0": (
                "10: '                   x', cursor (20, 9)",
                "10: '                    x', cursor (21, 9)",
            ),
            "cursor: e 0": (
                "10: '                   x', cursor (20, 9)",
                "10: '', then plain, cursor (20, 10)",
            ),
            "cursor: I 0": (
                "10: '                   x', cursor (20, 9)",
                "10: '                        x', cursor (25, 9)",
            ),
            "edit: DCH 0": ("1: '0123x56789abcdefghij'", "1: '0123x6789abcdefghij'"),
            "edit: IL 0": ("5: 'EExEE', cursor (3, 4)", "5: 'x', cursor (1, 4)"),
            "edit: DL 0": ("5: 'EExEE', cursor (3, 4)", "5: 'xFFFF', cursor (1, 4)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "ECMA-48 has HPB and VPB (8.3.58, 8.3.159); xterm.js knows neither.",
        {
            "cursor: j default": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 0": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 1": (
                "10: '                  x', cursor (19, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 3": (
                "10: '                x', cursor (17, 9)",
                "10: '                   x', cursor (20, 9)",
            ),
            "cursor: j 99": ("10: 'x', cursor (1, 9)", "10: '                   x', cursor (20, 9)"),
            "cursor: j 65536": ("10: 'x', cursor (1, 9)", "10: '                   x', cursor (20, 9)"),
            "cursor: k default": (
                "9: '                   x', cursor (20, 8)",
                "9: '', then plain, cursor (20, 9)",
            ),
            "cursor: k 0": ("9: '                   x', cursor (20, 8)", "9: '', then plain, cursor (20, 9)"),
            "cursor: k 1": ("9: '                   x', cursor (20, 8)", "9: '', then plain, cursor (20, 9)"),
            "cursor: k 3": ("7: '                   x', cursor (20, 6)", "7: '', then plain, cursor (20, 9)"),
            "cursor: k 99": (
                "1: '                   x', cursor (20, 0)",
                "1: '', then plain, cursor (20, 9)",
            ),
            "cursor: k 65536": (
                "1: '                   x', cursor (20, 0)",
                "1: '', then plain, cursor (20, 9)",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Left and right margins (DECSLRM, in ctlseqs); xterm.js has none.",
        {
            "margins: left and right": (
                "5: 'E1234567890abcdefghi0123456789...', cursor (16, 5)",
                "5: 'E1234567890abcdefghijklmnop789...', cursor (27, 4)",
            ),
            "margins: left and right scroll": (
                "5: 'E12345678901234567890123456789...'",
                "5: 'F12345678901234567890123456789...'",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "DECSC saves origin mode (DEC STD 070); xterm.js does not.",
        {
            "origin: saved with the cursor": ("1: 'AAAAA', cursor (1, 4)", "1: 'yAAAA', cursor (1, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "An erasure ends the wait behind the last column (xterm resets do_wrap).",
        {
            "wrap: cleared by EL": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
            "wrap: cleared by EL 1": (
                "1: '                              ...', cursor (79, 0)",
                "1: '', then plain, cursor (1, 1)",
            ),
            "wrap: cleared by EL 2": (
                "1: '                              ...', cursor (79, 0)",
                "1: '', then plain, cursor (1, 1)",
            ),
            "wrap: cleared by ED": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "DECSC saves the wait behind the last column, too (DEC STD 070).",
        {
            "wrap: kept by save and restore": (
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (1, 1)",
                "1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (79, 0)",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Lines scrolled in have the background in use (xterm's bce, in its terminfo entry).",
        {
            "edit: SD in colour": (
                "1: '                              ...', ' ' background=2",
                "1: '', then plain",
            ),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "DECIC, DECDC, SL and SR (in ctlseqs); the core knows none, nor does tmux.",
        {
            "edit: DECIC": ("1: 'AAAAA'", "1: 'AA  AAA'"),
            "edit: DECDC": ("1: 'AAAAA'", "1: 'AAA', then plain"),
            "edit: SL": ("1: 'AAAAA'", "1: 'AAA', then plain"),
            "edit: SR": ("1: 'AAAAA'", "1: '  AAAAA'"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "DECST8C sets a stop every eight columns (in ctlseqs); xterm.js does not know it.",
        {
            "tabs: reset by DECST8C": (
                "1: '        x', cursor (9, 0)",
                "1: '                              ...', cursor (79, 0)",
            ),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "REP has no limit in ECMA-48; podboard repeats for the width of the screen at most, since thousands of such sequences would hold the board for seconds.",
        {
            "REP: huge": (
                "2: 'ax', cursor (2, 1)",
                "2: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', cursor (18, 23)",
            ),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "ECMA-48 knows no combining characters here: the core repeats the letter, xterm.js the cluster.",
        {
            "REP: after a cluster": ("1: 'e\\u0301eex'", "1: 'e\\u0301e\\u0301e\\u0301x'"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "A character outside the set's 94 is printed as it is; the core drops it while another set than ASCII is in use.",
        {
            "charset: line drawing and UTF-8": (
                "1: '\\u2500\\xe9\\u2500', then plain",
                "1: '\\u2500\\xe9\\u2500\\u65e5'",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "SS2 and SS3 (ISO 2022, in ctlseqs); xterm.js knows neither.",
        {
            "charset: SS2 and SS3": ("1: '\\u2500q\\u2500q'", "1: 'qqqq'"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "DECSTR, the soft reset (in ctlseqs); the core knows none, nor does tmux.",
        {
            "charset: reset by DECSTR": ("1: '\\u2500'", "1: 'q'"),
            "saving: DECSTR": ("10: 'x', cursor (1, 9)", "10: '', then plain, cursor (1, 23)"),
            "saving: cursor hidden, DECSTR": ("visible False", "visible True"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Unicode's widths (UAX 11, UAX 29), which podboard's renderer and, but for clusters, tmux agree on; xterm.js's grapheme addon reckons otherwise.",
        {
            "width: halfwidth voiced": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: emoji": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: CJK beyond the BMP": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: devanagari": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: family": ("cursor (3, 0)", "cursor (4, 0)"),
            "width: half a flag": ("cursor (3, 0)", "cursor (2, 0)"),
            "width: subdivision flag": ("cursor (3, 0)", "cursor (8, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "A combining character that has nothing to stand on, or is set apart by a sequence, takes no column of its own.",
        {
            "width: combining alone": ("1: '|', cursor (1, 0)", "1: '\\u0301|', cursor (2, 0)"),
            "width: combining after a move": ("cursor (2, 0)", "cursor (3, 0)"),
            "width: combining after SGR": (
                "1: 'e\\u0301x', '\\u0301' plain, cursor (2, 0)",
                "1: 'e\\u0301x', '\\u0301' bold, cursor (3, 0)",
            ),
            "width: combining after LF": ("2: 'x', cursor (1, 1)", "2: '\\u0301x', cursor (2, 1)"),
            "width: combining at the left edge": ("1: 'x', cursor (1, 0)", "1: '\\u0301x', cursor (2, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "A character without a width takes no column; xterm.js's grapheme addon gives it one.",
        {
            "width: zero width space": ("1: 'ab|', cursor (3, 0)", "1: 'a\\u200bb|', cursor (4, 0)"),
            "width: word joiner": ("1: 'ab|', cursor (3, 0)", "1: 'a\\u2060b|', cursor (4, 0)"),
            "width: RLO": ("1: 'ab|', cursor (3, 0)", "1: 'a\\u202eb|', cursor (4, 0)"),
            "width: LRM": ("1: 'ab|', cursor (3, 0)", "1: 'a\\u200eb|', cursor (4, 0)"),
            "width: line separator": ("1: 'ab|', cursor (3, 0)", "1: 'a\\u2028b|', cursor (4, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "In UTF-8, as modern terminals read it, C1 controls are none; xterm.js acts on them.",
        {
            "width: C1 as UTF-8": ("1: 'abc|', cursor (4, 0)", "1: 'a', then plain, cursor (2, 1)"),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "The cursor is on a wide character's second half: podboard says its first column, where it is drawn.",
        {
            "width: cursor on the second half": ("cursor (0, 0)", "cursor (1, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Malformed UTF-8 shows a replacement character for each part that cannot begin or go on (Unicode 3.9, xterm); xterm.js drops it.",
        {
            "UTF-8: lone continuation": ("1: 'a\\ufffdb\\ufffdc', cursor (5, 0)", "1: 'abc', cursor (3, 0)"),
            "UTF-8: lone lead": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: lead then escape": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: lead then lead": (
                "1: 'a\\ufffd\\u65e5b', cursor (5, 0)",
                "1: 'a\\u65e5b', cursor (4, 0)",
            ),
            "UTF-8: cut short at three": ("1: 'a\\ufffdb', cursor (3, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: overlong": ("1: 'a\\ufffd\\ufffdb', cursor (4, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: overlong of three": (
                "1: 'a\\ufffd\\ufffd\\ufffdb', cursor (5, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: surrogate": ("1: 'a\\ufffd\\ufffd\\ufffdb', cursor (5, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: too large": (
                "1: 'a\\ufffd\\ufffd\\ufffd\\ufffdb', cursor (6, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: five bytes": (
                "1: 'a\\ufffd\\ufffd\\ufffd\\ufffd\\ufff...', cursor (7, 0)",
                "1: 'ab', cursor (2, 0)",
            ),
            "UTF-8: FE and FF": ("1: 'a\\ufffd\\ufffdb', cursor (4, 0)", "1: 'ab', cursor (2, 0)"),
            "UTF-8: eight-bit CSI": ("1: 'a\\ufffd31mb', cursor (6, 0)", "1: 'a31mb', cursor (5, 0)"),
            "UTF-8: latin-1 text": ("1: 'Gr\\ufffd\\ufffde', cursor (5, 0)", "1: 'Gre', cursor (3, 0)"),
            "UTF-8: lead then LF": ("1: 'a\\ufffd', cursor (3, 1)", "1: 'a', then plain, cursor (2, 1)"),
            "UTF-8: lead then CR LF": ("1: 'a\\ufffd'", "1: 'a', then plain"),
            "UTF-8: cut at the end": ("1: 'a\\ufffd', cursor (2, 0)", "1: 'a', then plain, cursor (1, 0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "SGR 6 is fast blinking (ECMA-48 8.3.117); it blinks.",
        {
            "SGR: 6": ("1: 'xy', 'x' blink", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Without a colour space the three numbers are the colours, as programs write them (xterm).",
        {
            "SGR: 38:2:1:2:3": ("1: 'xy', 'x' foreground=(1,2,3)", "1: 'xy', 'x' foreground=(2,3,0)"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "ITU T.416 has a tolerance after the colours; the core, as tmux, drops a colour that has one.",
        {
            "SGR: 38:2::1:2:3:0:1": ("1: 'xy', 'x' plain", "1: 'xy', 'x' foreground=(1,2,3)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "The colour of an underline is kept though nothing is underlined yet.",
        {
            "SGR: 58;5;9": ("1: 'xy', 'x' underline_color=9", "1: 'xy', 'x' plain"),
            "SGR: 58:5:9": ("1: 'xy', 'x' underline_color=9", "1: 'xy', 'x' plain"),
            "SGR: 58;2;1;2;3": ("1: 'xy', 'x' underline_color=(1,2,3)", "1: 'xy', 'x' plain"),
            "SGR: 58:2::1:2:3": ("1: 'xy', 'x' underline_color=(1,2,3)", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "An empty parameter at the end is 0 (ECMA-48 5.4.2); the core drops it.",
        {
            "SGR: 1;": ("1: 'xy', 'x' bold", "1: 'xy', 'x' plain"),
            "SGR: 38;5;9;": ("1: 'xy', 'x' foreground=9", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "xterm.js",
        "xterm.js",
        "A colour of no known kind is none; the core takes its numbers for attributes of their own.",
        {
            "SGR: 38;9;1": ("1: 'xy', 'x' bold strikethrough", "1: 'xy', 'x' plain"),
            "SGR: 38;1": ("1: 'xy', 'x' bold", "1: 'xy', 'x' plain"),
        },
    ),
    Known(
        "xterm.js",
        "neither",
        "A colour that is incomplete is none, as in tmux; the core takes its numbers for attributes of their own, xterm.js fills it up with zeros.",
        {
            "SGR: 38;5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' foreground=0"),
            "SGR: 38;5;": ("1: 'xy', 'x' blink", "1: 'xy', 'x' foreground=0"),
            "SGR: 38;2": ("1: 'xy', 'x' faint", "1: 'xy', 'x' foreground=(0,0,0)"),
            "SGR: 38;2;1": ("1: 'xy', 'x' bold faint", "1: 'xy', 'x' foreground=(1,0,0)"),
            "SGR: 38;2;1;2": ("1: 'xy', 'x' bold faint", "1: 'xy', 'x' foreground=(1,2,0)"),
            "SGR: 48;5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' background=0"),
            "SGR: 1;38;5": ("1: 'xy', 'x' bold blink", "1: 'xy', 'x' foreground=0 bold"),
            "SGR: 1;48;2;5": ("1: 'xy', 'x' bold faint blink", "1: 'xy', 'x' background=(5,0,0) bold"),
            "SGR: 38:5": ("1: 'xy', 'x' blink", "1: 'xy', 'x' foreground=0"),
            "SGR: 38:2": ("1: 'xy', 'x' faint", "1: 'xy', 'x' foreground=(0,0,0)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "A colour that is incomplete is none.",
        {
            "SGR: 38;2;;": ("1: 'xy', 'x' plain", "1: 'xy', 'x' foreground=(0,0,0)"),
            "SGR: 38:2:1": ("1: 'xy', 'x' plain", "1: 'xy', 'x' foreground=(0,0,0)"),
            "SGR: 38:5:": ("1: 'xy', 'x' plain", "1: 'xy', 'x' foreground=0"),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "Subparameters that nothing defines: the core drops the parameter, xterm.js the subparameters.",
        {
            "SGR: 4:": ("1: 'xy', 'x' plain", "1: 'xy', 'x' underline=1"),
            "SGR: 1:2": ("1: 'xy', 'x' plain", "1: 'xy', 'x' bold"),
            "SGR: 31:5": ("1: 'xy', 'x' plain", "1: 'xy', 'x' foreground=1"),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "How many parameters are taken is not defined: the core, as tmux, drops a sequence of more than 24, xterm.js takes 32.",
        {
            "SGR: 1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;31": (
                "1: 'xy', 'x' plain",
                "1: 'xy', 'x' bold",
            ),
            "odd: too many parameters": ("1: 'ab', 'b' plain", "1: 'ab', 'b' bold"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "A new alternate screen is blank: it was cleared when it was left (xterm).",
        {
            "screens: coloured, entered": (
                "1: '    x', ' ' plain",
                "1: '    x                         ...', ' ' background=4",
            ),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "RIS shows the cursor (DEC STD 070).",
        {
            "saving: cursor hidden, RIS": ("visible True", "visible False"),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "A colon in CUP is not defined: the core drops the sequence, xterm.js reads the first number.",
        {
            "odd: colon in CUP": ("1: 'ab', cursor (2, 0)", "1: 'a', then plain, cursor (1, 4)"),
        },
    ),
    Known(
        "xterm.js",
        "podboard",
        "Bytes above 0x7f within a control sequence: the core takes none for a control and none for text.",
        {
            "odd: UTF-8 in a CSI": ("1: 'ab', cursor (2, 0)", "1: 'a1mb', cursor (4, 0)"),
            "odd: eight-bit in a CSI": ("1: 'ab', 'b' bold", "1: 'ab', 'b' foreground=1"),
        },
    ),
    Known(
        "xterm.js",
        "either",
        "xterm.js shows that there is a hyperlink by a dashed underline; podboard leaves that to the person's terminal.",
        {
            "odd: hyperlink": ("1: 'link plain', 'l' plain", "1: 'link plain', 'l' underline=5"),
            "odd: hyperlink over lines": (
                "1: '                              ...', 'l' plain",
                "1: '                              ...', 'l' underline=5",
            ),
        },
    ),
)

if __name__ == "__main__":
    TEXT.write_text(rendered(TEXT.read_text()))
