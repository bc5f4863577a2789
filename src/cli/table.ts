/** A column of a table: a heading and how a row fills it. Numbers stand on the right, with thousands marked. */
export interface Column<Row> {
  readonly heading: string;
  value(row: Row): string | number;
  /** Longer texts are cut. Default 60. */
  readonly maxWidth?: number;
}

/** Rows as lines of aligned text, headings first. */
export function toTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const texts = cells.map((row) => row.map((cell, i) => toCell(cell, columns[i]?.maxWidth ?? 60)));
  const headings = columns.map((column) => column.heading);
  const widths = headings.map((heading, i) => Math.max(heading.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const isNumber = columns.map((_, i) => cells.length > 0 && cells.every((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => (isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...texts.map(line)];
}

function toCell(cell: string | number, maxWidth: number): string {
  return typeof cell === 'number' ? formatNumber(cell) : cut(cell, maxWidth);
}

/** `1234567` as `1,234,567`. */
export function formatNumber(value: number): string {
  numbers ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
  return numbers.format(value);
}

/** `$12.30`, and two digits of what is less than a dollar: `$0.0042`. */
export function formatUsd(usd: number): string {
  if (usd >= 1 || usd === 0) return `$${usd.toFixed(2)}`;
  small ??= new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });
  return `$${small.format(usd)}`;
}

let small: Intl.NumberFormat | undefined;

/** Made once, since a hundred thousand cells would take seconds otherwise; and late, since the first one takes 10 ms. */
let numbers: Intl.NumberFormat | undefined;

/** One line of at most `width` characters; what is cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

/** `850 ms`, `2.31 s`, `3 min 20 s`. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 119_995) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
