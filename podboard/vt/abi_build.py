"""Makes ``podboard/vt/_abi.py``: what podboard uses of libghostty-vt's C interface.

``pyghostty`` carries the library and declares all of its interface, but parses those
declarations at every start (170 ms). The few that podboard needs are declared here instead
and compiled once into a module that loads in a few milliseconds. Run it again after changing
a declaration::

    python -m podboard.vt.abi_build

A test compiles them anew, compares, and holds every number and every struct's size against
what ``pyghostty`` says of the same release.
"""

from __future__ import annotations

import sys

DECLARATIONS = """
typedef int GhosttyResult;
typedef struct GhosttyTerminalImpl* GhosttyTerminal;
typedef struct GhosttyRenderStateImpl* GhosttyRenderState;
typedef struct GhosttyRenderStateRowIteratorImpl* GhosttyRenderStateRowIterator;
typedef struct GhosttyRenderStateRowCellsImpl* GhosttyRenderStateRowCells;
typedef struct GhosttyKeyEventImpl* GhosttyKeyEvent;
typedef struct GhosttyKeyEncoderImpl* GhosttyKeyEncoder;
typedef struct GhosttyMouseEventImpl* GhosttyMouseEvent;
typedef struct GhosttyMouseEncoderImpl* GhosttyMouseEncoder;
typedef uint16_t GhosttyMods;

typedef struct { const uint8_t* ptr; size_t len; } GhosttyString;
typedef struct { uint8_t* ptr; size_t cap; size_t len; } GhosttyBuffer;
typedef struct { uint8_t r; uint8_t g; uint8_t b; } GhosttyColorRgb;

const char* ghostty_type_json(void);

/* terminal */

enum {
    GHOSTTY_TERMINAL_OPT_USERDATA = 0,
    GHOSTTY_TERMINAL_OPT_WRITE_PTY = 1,
    GHOSTTY_TERMINAL_OPT_BELL = 2,
    GHOSTTY_TERMINAL_OPT_SIZE = 6,
    GHOSTTY_TERMINAL_OPT_COLOR_SCHEME = 7,
    GHOSTTY_TERMINAL_OPT_COLOR_FOREGROUND = 11,
    GHOSTTY_TERMINAL_OPT_COLOR_BACKGROUND = 12,
    GHOSTTY_TERMINAL_OPT_KITTY_IMAGE_STORAGE_LIMIT = 15,
    GHOSTTY_TERMINAL_OPT_APC_MAX_BYTES = 19,
    GHOSTTY_TERMINAL_OPT_DEFAULT_CURSOR_STYLE = 22,
    GHOSTTY_TERMINAL_OPT_SCROLLBACK_MAX_BYTES = 27,
    GHOSTTY_TERMINAL_OPT_TITLE_REPORT = 32,
    GHOSTTY_TERMINAL_OPT_MODE_DEFAULT = 33,
    GHOSTTY_TERMINAL_OPT_MODE = 34,
    GHOSTTY_TERMINAL_OPT_RENDER_HOLD = 41,

    GHOSTTY_TERMINAL_DATA_CURSOR_X = 3,
    GHOSTTY_TERMINAL_DATA_CURSOR_Y = 4,
    GHOSTTY_TERMINAL_DATA_KITTY_KEYBOARD_FLAGS = 8,
    GHOSTTY_TERMINAL_DATA_SCROLLBAR = 9,
    GHOSTTY_TERMINAL_DATA_ACTIVE_SCREEN = 6,
    GHOSTTY_TERMINAL_DATA_MOUSE_TRACKING = 11,
    GHOSTTY_TERMINAL_DATA_TITLE = 12,
    GHOSTTY_TERMINAL_DATA_TOTAL_ROWS = 14,
    GHOSTTY_TERMINAL_DATA_SCROLLBACK_ROWS = 15,
    GHOSTTY_TERMINAL_DATA_MODE = 37,
    GHOSTTY_TERMINAL_DATA_CURSOR_AT_PROMPT = 39,

    GHOSTTY_SCROLL_VIEWPORT_TOP = 0,
    GHOSTTY_SCROLL_VIEWPORT_BOTTOM = 1,
    GHOSTTY_SCROLL_VIEWPORT_DELTA = 2,

    GHOSTTY_POINT_TAG_VIEWPORT = 1,
    GHOSTTY_POINT_TAG_SCREEN = 2,

    GHOSTTY_ROW_DATA_WRAP = 1,
    GHOSTTY_ROW_DATA_SEMANTIC_PROMPT = 6,
    GHOSTTY_ROW_SEMANTIC_PROMPT = 1
};

typedef struct { uint64_t total; uint64_t offset; uint64_t len; } GhosttyTerminalScrollbar;
typedef struct { uint16_t mode; bool value; } GhosttyTerminalModeConfig;
typedef struct { uint16_t rows; uint16_t columns; uint32_t cell_width; uint32_t cell_height; }
    GhosttySizeReportSize;

typedef void (*GhosttyTerminalBellFn)(GhosttyTerminal, void*);
typedef void (*GhosttyTerminalRenderHoldFn)(GhosttyTerminal, void*, bool held);
typedef void (*GhosttyTerminalWritePtyFn)(GhosttyTerminal, void*, const uint8_t* data, size_t len);
typedef bool (*GhosttyTerminalSizeFn)(GhosttyTerminal, void*, GhosttySizeReportSize* out);
typedef bool (*GhosttyTerminalColorSchemeFn)(GhosttyTerminal, void*, int* out);

/* Both parameters are unions in the original, which cffi cannot pass by value;
   a struct of the same size and alignment is passed in the same way. */
typedef struct { int tag; intptr_t delta; uint64_t padding; } GhosttyTerminalScrollViewport;
typedef struct { int tag; int hole; uint16_t x; uint32_t y; uint64_t padding; } GhosttyPoint;

GhosttyResult ghostty_terminal_new(const void* allocator, GhosttyTerminal* out, uint16_t cols, uint16_t rows);
void ghostty_terminal_free(GhosttyTerminal terminal);
GhosttyResult ghostty_terminal_set(GhosttyTerminal terminal, int option, const void* value);
GhosttyResult ghostty_terminal_get(GhosttyTerminal terminal, int data, void* out);
void ghostty_terminal_vt_write(GhosttyTerminal terminal, const uint8_t* data, size_t len);
GhosttyResult ghostty_terminal_resize(GhosttyTerminal terminal, uint16_t cols, uint16_t rows,
                                      uint32_t cell_width_px, uint32_t cell_height_px);
void ghostty_terminal_scroll_viewport(GhosttyTerminal terminal, GhosttyTerminalScrollViewport behavior);

typedef struct { size_t size; void* node; uint16_t x; uint16_t y; } GhosttyGridRef;

GhosttyResult ghostty_terminal_grid_ref(GhosttyTerminal terminal, GhosttyPoint point, GhosttyGridRef* out);
GhosttyResult ghostty_grid_ref_hyperlink_uri(const GhosttyGridRef* ref, uint8_t* buf, size_t cap,
                                             size_t* out_len);

/* what has been on it */

typedef uint64_t GhosttyCell;
typedef uint64_t GhosttyRow;
typedef struct GhosttyTrackedGridRefImpl* GhosttyTrackedGridRef;
typedef struct { uint16_t x; uint32_t y; } GhosttyPointCoordinate;
typedef struct { size_t size; GhosttyGridRef start; GhosttyGridRef end; bool rectangle; } GhosttySelection;
typedef struct { size_t size; int emit; bool unwrap; bool trim; const GhosttySelection* selection; }
    GhosttyTerminalSelectionFormatOptions;

GhosttyResult ghostty_terminal_selection_format_buf(GhosttyTerminal terminal,
                                                    GhosttyTerminalSelectionFormatOptions options,
                                                    uint8_t* buf, size_t cap, size_t* out_len);
GhosttyResult ghostty_grid_ref_cell(const GhosttyGridRef* ref, GhosttyCell* out);
GhosttyResult ghostty_grid_ref_graphemes(const GhosttyGridRef* ref, uint32_t* buf, size_t cap,
                                         size_t* out_len);
GhosttyResult ghostty_grid_ref_row(const GhosttyGridRef* ref, GhosttyRow* out);
GhosttyResult ghostty_row_get(GhosttyRow row, int data, void* out);
GhosttyResult ghostty_terminal_grid_ref_track(GhosttyTerminal terminal, GhosttyPoint point,
                                              GhosttyTrackedGridRef* out);
void ghostty_tracked_grid_ref_free(GhosttyTrackedGridRef ref);
GhosttyResult ghostty_tracked_grid_ref_point(GhosttyTrackedGridRef ref, int tag, GhosttyPointCoordinate* out);

/* what is on the screen */

enum {
    GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR = 4,
    GHOSTTY_RENDER_STATE_DATA_CURSOR = 18,
    GHOSTTY_RENDER_STATE_ROW_DATA_CELLS = 3,
    GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW = 5,
    GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE = 2,
    GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_UTF8 = 9
};

typedef struct { const uint64_t* ptr; size_t len; } GhosttyCellsView;
typedef struct { int tag; union { uint8_t palette; GhosttyColorRgb rgb; uint64_t padding; } value; }
    GhosttyStyleColor;
typedef struct {
    size_t size;
    GhosttyStyleColor fg_color;
    GhosttyStyleColor bg_color;
    GhosttyStyleColor underline_color;
    bool bold;
    bool italic;
    bool faint;
    bool blink;
    bool inverse;
    bool invisible;
    bool strikethrough;
    bool overline;
    int underline;
} GhosttyStyle;
typedef struct {
    size_t size;
    bool viewport_has_value;
    uint16_t viewport_x;
    uint16_t viewport_y;
    bool wide_tail;
    bool visible;
    bool blinking;
    bool password_input;
    int visual_style;
} GhosttyRenderStateCursor;

GhosttyResult ghostty_render_state_new(const void* allocator, GhosttyRenderState* out);
void ghostty_render_state_free(GhosttyRenderState state);
GhosttyResult ghostty_render_state_update(GhosttyRenderState state, GhosttyTerminal terminal);
GhosttyResult ghostty_render_state_clean(GhosttyRenderState state);
GhosttyResult ghostty_render_state_get(GhosttyRenderState state, int data, void* out);
GhosttyResult ghostty_render_state_row_iterator_new(const void* allocator,
                                                    GhosttyRenderStateRowIterator* out);
void ghostty_render_state_row_iterator_free(GhosttyRenderStateRowIterator iterator);
bool ghostty_render_state_row_iterator_next_dirty(GhosttyRenderStateRowIterator iterator, uint16_t* out_y);
GhosttyResult ghostty_render_state_row_get(GhosttyRenderStateRowIterator iterator, int data, void* out);
GhosttyResult ghostty_render_state_row_cells_new(const void* allocator, GhosttyRenderStateRowCells* out);
void ghostty_render_state_row_cells_free(GhosttyRenderStateRowCells cells);
GhosttyResult ghostty_render_state_row_cells_select(GhosttyRenderStateRowCells cells, uint16_t x);
GhosttyResult ghostty_render_state_row_cells_get(GhosttyRenderStateRowCells cells, int data, void* out);

/* what a person does; digits, letters and function keys follow their first in order */

enum {
    GHOSTTY_KEY_UNIDENTIFIED = 0,
    GHOSTTY_KEY_BACKQUOTE = 1,
    GHOSTTY_KEY_BACKSLASH = 2,
    GHOSTTY_KEY_BRACKET_LEFT = 3,
    GHOSTTY_KEY_BRACKET_RIGHT = 4,
    GHOSTTY_KEY_COMMA = 5,
    GHOSTTY_KEY_DIGIT_0 = 6,
    GHOSTTY_KEY_EQUAL = 16,
    GHOSTTY_KEY_A = 20,
    GHOSTTY_KEY_MINUS = 46,
    GHOSTTY_KEY_PERIOD = 47,
    GHOSTTY_KEY_QUOTE = 48,
    GHOSTTY_KEY_SEMICOLON = 49,
    GHOSTTY_KEY_SLASH = 50,
    GHOSTTY_KEY_BACKSPACE = 53,
    GHOSTTY_KEY_ENTER = 58,
    GHOSTTY_KEY_SPACE = 63,
    GHOSTTY_KEY_TAB = 64,
    GHOSTTY_KEY_DELETE = 68,
    GHOSTTY_KEY_END = 69,
    GHOSTTY_KEY_HOME = 71,
    GHOSTTY_KEY_INSERT = 72,
    GHOSTTY_KEY_PAGE_DOWN = 73,
    GHOSTTY_KEY_PAGE_UP = 74,
    GHOSTTY_KEY_ARROW_DOWN = 75,
    GHOSTTY_KEY_ARROW_LEFT = 76,
    GHOSTTY_KEY_ARROW_RIGHT = 77,
    GHOSTTY_KEY_ARROW_UP = 78,
    GHOSTTY_KEY_ESCAPE = 120,
    GHOSTTY_KEY_F1 = 121
};

GhosttyResult ghostty_key_event_new(const void* allocator, GhosttyKeyEvent* out);
void ghostty_key_event_free(GhosttyKeyEvent event);
void ghostty_key_event_set_action(GhosttyKeyEvent event, int action);
void ghostty_key_event_set_key(GhosttyKeyEvent event, int key);
void ghostty_key_event_set_mods(GhosttyKeyEvent event, GhosttyMods mods);
void ghostty_key_event_set_consumed_mods(GhosttyKeyEvent event, GhosttyMods mods);
void ghostty_key_event_set_utf8(GhosttyKeyEvent event, const char* utf8, size_t len);
void ghostty_key_event_set_unshifted_codepoint(GhosttyKeyEvent event, uint32_t codepoint);
GhosttyResult ghostty_key_encoder_new(const void* allocator, GhosttyKeyEncoder* out);
void ghostty_key_encoder_free(GhosttyKeyEncoder encoder);
void ghostty_key_encoder_setopt_from_terminal(GhosttyKeyEncoder encoder, GhosttyTerminal terminal);
GhosttyResult ghostty_key_encoder_encode(GhosttyKeyEncoder encoder, GhosttyKeyEvent event,
                                         char* buf, size_t cap, size_t* out_len);

enum {
    GHOSTTY_MOUSE_ACTION_PRESS = 0,
    GHOSTTY_MOUSE_ACTION_RELEASE = 1,
    GHOSTTY_MOUSE_ACTION_MOTION = 2,
    GHOSTTY_MOUSE_ENCODER_OPT_SIZE = 2,
    GHOSTTY_MOUSE_ENCODER_OPT_ANY_BUTTON_PRESSED = 3
};
typedef struct { float x; float y; } GhosttyMousePosition;
typedef struct {
    size_t size;
    uint32_t screen_width;
    uint32_t screen_height;
    uint32_t cell_width;
    uint32_t cell_height;
    uint32_t padding_top;
    uint32_t padding_bottom;
    uint32_t padding_right;
    uint32_t padding_left;
} GhosttyMouseEncoderSize;

GhosttyResult ghostty_mouse_event_new(const void* allocator, GhosttyMouseEvent* out);
void ghostty_mouse_event_free(GhosttyMouseEvent event);
void ghostty_mouse_event_set_action(GhosttyMouseEvent event, int action);
void ghostty_mouse_event_set_button(GhosttyMouseEvent event, int button);
void ghostty_mouse_event_clear_button(GhosttyMouseEvent event);
void ghostty_mouse_event_set_mods(GhosttyMouseEvent event, GhosttyMods mods);
void ghostty_mouse_event_set_position(GhosttyMouseEvent event, GhosttyMousePosition position);
GhosttyResult ghostty_mouse_encoder_new(const void* allocator, GhosttyMouseEncoder* out);
void ghostty_mouse_encoder_free(GhosttyMouseEncoder encoder);
void ghostty_mouse_encoder_setopt(GhosttyMouseEncoder encoder, int option, const void* value);
void ghostty_mouse_encoder_setopt_from_terminal(GhosttyMouseEncoder encoder, GhosttyTerminal terminal);
GhosttyResult ghostty_mouse_encoder_encode(GhosttyMouseEncoder encoder, GhosttyMouseEvent event,
                                           char* buf, size_t cap, size_t* out_len);
"""


def write(path: str) -> None:
    """Compile the declarations into the Python module at ``path``."""
    from cffi import FFI, recompiler

    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    ffi.set_source("podboard.vt._abi", None)
    recompiler.make_py_source(ffi, "podboard.vt._abi", path)


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else "podboard/vt/_abi.py")
