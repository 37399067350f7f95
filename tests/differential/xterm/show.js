// Reads jobs as JSON from stdin and prints, for each, what xterm.js shows.
import { readFileSync } from "node:fs";
import headless from "@xterm/headless";
import graphemes from "@xterm/addon-unicode-graphemes";

const write = (terminal, data) => new Promise((done) => terminal.write(data, done));

function color(cell, which) {
  const value = cell[`get${which}Color`]();
  if (cell[`is${which}Default`]()) return null;
  return cell[`is${which}Palette`]() ? value : [value >> 16, (value >> 8) & 255, value & 255];
}

// Underlines beyond the first kind, and their colours, are in no public interface.
function underline(cell) {
  return cell.isUnderline() ? cell.extended?.underlineStyle || 1 : 0;
}

function underlineColor(cell) {
  if (!cell.hasExtendedAttrs?.() || cell.isUnderlineColorDefault()) return null;
  const value = cell.getUnderlineColor();
  return cell.isUnderlineColorPalette() ? value : [value >> 16, (value >> 8) & 255, value & 255];
}

function look(cell) {
  return [
    color(cell, "Fg"),
    color(cell, "Bg"),
    underlineColor(cell),
    ...["Bold", "Italic", "Dim", "Blink", "Inverse", "Invisible", "Strikethrough", "Overline"].map(
      (name) => Boolean(cell[`is${name}`]()),
    ),
    underline(cell),
  ];
}

function picture(terminal) {
  const buffer = terminal.buffer.active;
  const rows = [];
  const cell = buffer.getNullCell();
  for (let y = 0; y < terminal.rows; y++) {
    const line = buffer.getLine(buffer.baseY + y);
    const row = [];
    for (let x = 0; x < terminal.cols; x++) {
      line.getCell(x, cell);
      if (cell.getWidth() === 0) continue;
      row.push([cell.getChars() || " ", cell.isAttributeDefault() ? [] : look(cell)]);
    }
    while (row.length && row.at(-1)[0] === " " && !row.at(-1)[1].length) row.pop();
    rows.push(row);
  }
  return {
    rows,
    cursor: [Math.min(buffer.cursorX, terminal.cols - 1), buffer.cursorY],
    visible: !terminal._core.coreService.isCursorHidden,
    alternate: buffer.type === "alternate",
  };
}

const results = [];
for (const { columns, rows, output } of JSON.parse(readFileSync(0, "utf8"))) {
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 100, allowProposedApi: true });
  terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
  await write(terminal, Buffer.from(output, "base64"));
  results.push(picture(terminal));
  terminal.dispose();
}
process.stdout.write(JSON.stringify(results));
