"""Every key podboard acts upon, in one place.

The bindings, the line at the bottom and the help are made from these tables.
"""

from __future__ import annotations

from typing import Final, NamedTuple

LEADER: Final = "ctrl+right_square_bracket"
LEADER_SHOWN: Final = "ctrl+]"

NO_TERMINAL: Final = "no terminal is open: enter opens one in this pod"
NO_POD: Final = "no pod is chosen"
"""What is told where a key needs a terminal, or a pod."""
RESIZE_KEYS: Final = "H,J,K,L,ctrl+left,ctrl+down,ctrl+up,ctrl+right"
"""In vi's order: left, down, up, right."""


class Key(NamedTuple):
    """One action and the keys that do it.

    Attributes:
        keys: As Textual names them, separated by commas.
        action: The name of the method, without ``action_``.
        shown: The first key as a person reads it.
        label: One or two words for the line at the bottom; empty where it has no room for it.
        help: A sentence for the help.
    """

    keys: str
    action: str
    shown: str
    label: str
    help: str


LIST: Final = (
    Key("enter,s", "open", "enter", "open", "open terminals in the marked pods, or in this one"),
    Key("S", "open_tiled", "S", "", "open terminals in the marked pods beside each other, in one tab"),
    Key("L", "open_layout", "L", "", "open terminals as a saved layout has them"),
    Key("space", "mark", "space", "mark", "mark or unmark this pod"),
    Key("slash", "filter", "/", "filter", "filter: a pattern, ! in front turns it round"),
    Key("n", "namespace", "n", "namespace", "choose a namespace"),
    Key("A", "all_namespaces", "A", "", "show all namespaces"),
    Key("o", "sort", "o", "sort", "sort by the next column"),
    Key("O", "reverse", "O", "", "turn the order round"),
    Key("w", "wide", "w", "", "show IP and NODE too"),
    Key("c", "container", "c", "", "choose the container to open"),
    Key("asterisk", "mark_all", "*", "", "mark all pods shown, or none"),
    Key("a", "attach", "a", "", "attach to the containers' own processes"),
    Key("t,tab", "terminal", "t", "terminal", "go to the terminal"),
    Key("d", "diagnostics", "d", "", "show how the terminal was reached, and its log"),
    Key("colon", "palette", ":", "", "find an action by its name"),
    Key("question_mark,f1", "help", "?", "help", "show all keys"),
    Key("ctrl+l", "repaint", "ctrl+l", "", "draw the whole screen anew"),
    Key(
        "ctrl+r", "try_now", "ctrl+r", "", "ask the API server again now, where it is going to be asked again"
    ),
    Key("q,ctrl+q", "quit", "q", "quit", "quit"),
    Key("r", "records", "r", "records", "pod records: what is kept about pods, and ways into them"),
    Key("escape", "clear", "esc", "", "clear the marks, then the filter"),
    Key("j,down", "down", "j", "", "next pod"),
    Key("k,up", "up", "k", "", "previous pod"),
    Key("g,home", "first", "g", "", "first pod"),
    Key("G,end", "last", "G", "", "last pod"),
    Key("pagedown,ctrl+f", "next_page", "pgdn", "", "a page down"),
    Key("pageup,ctrl+b", "previous_page", "pgup", "", "a page up"),
)
"""In the pod list."""

_ABOUT_PODS = ("down", "up", "first", "last", "next_page", "previous_page")
OF_PODS: Final = frozenset(("open", "open_tiled", "attach", "container", "mark", "mark_all", *_ABOUT_PODS))
"""What is done with the pods of the list, and waits for them."""

AFTER_LEADER: Final = (
    Key("l", "list", "l", "list", "go to the pod list"),
    Key("n", "next_tab", "n", "next", "next tab"),
    Key("p", "previous_tab", "p", "previous", "previous tab"),
    Key("1,2,3,4,5,6,7,8,9", "tab", "1-9", "", "the tab of that number"),
    Key("z", "zoom", "z", "zoom", "let the terminal have the whole screen, or give it back"),
    Key(
        "vertical_line,percent_sign",
        "split_right",
        "|",
        "split",
        "another terminal in this pod, to the right",
    ),
    Key("minus,quotation_mark", "split_below", "-", "", "another terminal in this pod, below"),
    Key("left,right,up,down", "go", "arrows", "", "the terminal beside, above or below"),
    Key("o", "next_pane", "o", "", "the next terminal of this tab"),
    Key(
        RESIZE_KEYS,
        "resize",
        "H J K L",
        "",
        f"move the border; at once again without {LEADER_SHOWN}; ctrl+arrows by 1",
    ),
    Key("left_curly_bracket", "swap_back", "{", "", "change places with the terminal before"),
    Key("right_curly_bracket", "swap_on", "}", "", "change places with the next terminal"),
    Key("exclamation_mark", "break_out", "!", "", "give the terminal a tab of its own"),
    Key("m", "join", "m", "", "put a terminal of another tab beside this one"),
    Key("T", "tile", "T", "", "share the tab out evenly, as a grid"),
    Key("space", "rearrange", "space", "", "the next way to share the tab out"),
    Key("w", "save_layout", "w", "", "save by a name how terminals lie in their tabs"),
    Key("W", "open_layout", "W", "", "open terminals as a saved layout has them"),
    Key("s,left_square_bracket", "scroll_mode", "s", "scroll", "look through what has scrolled away"),
    Key("f,slash", "search_all", "f", "find", "search in all terminals"),
    Key("x", "close", "x", "close", "close this terminal"),
    Key("r", "reopen", "r", "reopen", "open the shell again after it ended, or at once after a drop"),
    Key("a", "returning", "a", "", "open a new shell by itself after a drop, or no longer"),
    Key("h", "hold", "h", "", "a new shell that nothing holds, for floods; or a held one again"),
    Key("d", "diagnostics", "d", "diagnostics", "show how the terminal was reached, and its log"),
    Key("R", "record", "R", "", "record the terminal to a file from now on, or no longer"),
    Key("b", "broadcast", "b", "broadcast", "type into several terminals at once, or no longer"),
    Key("g", "survey", "g", "", "run a command in several terminals, and see which answers differ"),
    Key("colon", "palette", ":", "", "find an action by its name"),
    Key("question_mark", "help", "?", "help", "show all keys"),
    Key("ctrl+l", "repaint", "ctrl+l", "", "draw the whole screen anew"),
    Key(LEADER, "send_leader", LEADER_SHOWN, "", f"send {LEADER_SHOWN} itself to the pod"),
)
"""After the leader; any other key ends it."""

OFFERED: Final = (
    Key("y", "restore", "y", "yes", "open the terminals again that were open when podboard was left"),
    Key("n", "forget", "n", "no", "begin anew, and forget what they had shown"),
)
"""In the list, while podboard asks whether to go on as it was left."""

ENDED: Final = (
    Key("enter", "reopen", "enter", "reopen", "open the shell again"),
    Key("s", "successor", "s", "", "go on in the pod that took the place of one that is gone"),
    Key("e", "debug", "e", "", "add a debug container, where the image has no shell"),
    Key("y", "copy_role", "y", "", "copy a Role that would allow it, where a right was missing"),
)
"""In a terminal whose shell has ended, or did not open."""

SCROLLING: Final = (
    Key("slash", "search", "/", "search", "search: a regular expression; small letters find capitals, too"),
    Key("question_mark", "search_back", "?", "", "search backward"),
    Key("asterisk", "seek_word", "*", "", "where the word under the cursor comes next"),
    Key("number_sign", "seek_word_back", "#", "", "where the word under the cursor came last"),
    Key("y", "copy", "y", "copy", "copy what is selected, else the line"),
    Key("S", "save", "S", "save", "save all lines to a file"),
    Key("o", "open_link", "o", "open", "open the address under the cursor, after showing where it leads"),
    Key("escape", "clear", "esc", "", "select no more, then go back to typing"),
    Key("q,i,enter,ctrl+c", "end", "q", "back", "back to the end, and to typing"),
)
"""In the scroll mode."""

MOVING: Final = (
    Key("n", "next_hit", "n", "next", "the next hit"),
    Key("N", "previous_hit", "N", "", "the hit before"),
    Key("v", "select", "v", "select", "select by character from here on"),
    Key("V", "select_lines", "V", "", "select lines"),
    Key("ctrl+v", "select_block", "ctrl+v", "", "select a block"),
    Key("left_curly_bracket,left_square_bracket", "previous_prompt", "{", "prompt", "the prompt before"),
    Key("right_curly_bracket,right_square_bracket", "next_prompt", "}", "", "the next prompt"),
    Key("h,left", "left", "h", "", "a character to the left"),
    Key("l,right", "right", "l", "", "a character to the right"),
    Key("k,up", "up", "k", "", "a line up"),
    Key("j,down", "down", "j", "", "a line down"),
    Key("w", "next_word", "w", "", "the next word"),
    Key("e", "end_of_word", "e", "", "the end of the word"),
    Key("b", "previous_word", "b", "", "the word before"),
    Key("0", "row_start", "0", "", "the first column"),
    Key("circumflex_accent", "row_text", "^", "", "the first character of the line"),
    Key("dollar_sign", "row_end", "$", "", "the last character of the line"),
    Key("g,home", "first", "g", "", "the oldest line"),
    Key("G,end", "last", "G", "", "the last line"),
    Key("H", "view_top", "H", "", "the first line shown"),
    Key("M", "view_middle", "M", "", "the line in the middle"),
    Key("L", "view_bottom", "L", "", "the last line shown"),
    Key("pageup,ctrl+b", "page_up", "pgup", "", "a page up"),
    Key("pagedown,ctrl+f", "page_down", "pgdn", "", "a page down"),
    Key("ctrl+u", "half_page_up", "ctrl+u", "", "half a page up"),
    Key("ctrl+d", "half_page_down", "ctrl+d", "", "half a page down"),
    Key("ctrl+y", "row_up", "ctrl+y", "", "scroll a line up"),
    Key("ctrl+e", "row_down", "ctrl+e", "", "scroll a line down"),
)
"""In the scroll mode, to go about and to select."""

RECORDS: Final = (
    Key("enter,e", "edit", "enter", "edit", "change this record"),
    Key("a", "add", "a", "add", "add a record, filled in from the pod under the list's cursor"),
    Key("o", "open", "o", "open", "open terminals in the pods of this record"),
    Key("t", "test", "t", "test", "look how far the ways of this record lead, and open nothing"),
    Key("x,delete", "remove", "x", "remove", "remove this record, once its name is typed"),
    Key("slash", "filter", "/", "filter", "show the records that a text is in"),
    Key("question_mark,f1", "help", "?", "help", "show all keys"),
    Key("escape,ctrl+q,ctrl+c", "back", "esc", "back", "clear the filter, then go back to the pods"),
    Key("q,r", "close", "q", "", "go back to the pods"),
    Key("j,down", "down", "j", "", "next record"),
    Key("k,up", "up", "k", "", "previous record"),
    Key("g,home", "first", "g", "", "first record"),
    Key("G,end", "last", "G", "", "last record"),
    Key("pagedown,ctrl+f", "page_down", "pgdn", "", "a page down"),
    Key("pageup,ctrl+b", "page_up", "pgup", "", "a page up"),
)
"""In the records."""

FORM: Final = (
    Key("ctrl+s", "store", "ctrl+s", "store", "store the record"),
    Key("down,enter,tab", "next", "down", "next", "next field"),
    Key("up,shift+tab", "previous", "up", "previous", "previous field"),
    Key("escape,ctrl+q", "leave", "esc", "back", "go back; what was typed is lost, if you say so"),
)
"""While a record is filled in."""

REPLAY: Final = (
    Key("space", "pause", "space", "play", "play, or pause"),
    Key("full_stop", "step", ".", "step", "go to where the screen changes next"),
    Key("left,h", "back", "←", "", "5 seconds back"),
    Key("right,l", "forward", "→", "5 s", "5 seconds forward"),
    Key("left_square_bracket", "slower", "[", "", "play slower"),
    Key("right_square_bracket", "faster", "]", "speed", "play faster"),
    Key("slash", "search", "/", "search", "find where a text appears"),
    Key("n", "next", "n", "next", "find where it appears again"),
    Key("g", "time", "g", "time", "go to a time"),
    Key("home,0", "first", "home", "", "go to the beginning"),
    Key("end,G", "last", "end", "", "go to the end"),
    Key("q,ctrl+q,ctrl+c", "quit", "q", "quit", "quit"),
)
"""While a recording is played."""


def action_of(table: tuple[Key, ...], key: str) -> str | None:
    """The action of ``key`` in ``table``; Textual names capital letters as they are."""
    for entry in table:
        if key in entry.keys.split(","):
            return entry.action
    return None
