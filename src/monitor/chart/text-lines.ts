/** A line of text in a box or beside an arrow. */
export interface TextLine {
  readonly text: string;
  /** `title`: a name; `words`: for people; `code`: names of the machine. */
  readonly kind: 'title' | 'words' | 'code';
}

/** Font size in pixels of each kind of line. */
export const FONT_PX: Readonly<Record<TextLine['kind'], number>> = { title: 14, words: 12, code: 11 };

/** From one baseline to the next. */
export const LINE_HEIGHT = 1.35;

/**
 * Mean width of a character as a share of the font size. Nothing here can measure text, so these are the widths in a
 * wide font (DejaVu and Verdana, bold for titles); in others boxes and labels come out up to a sixth too wide.
 */
const CHAR_WIDTH: Readonly<Record<TextLine['kind'], number>> = { title: 0.66, words: 0.58, code: 0.61 };

/** Characters that fill a square, from the first of them on: Chinese, Japanese, Korean, and pictures. */
const WIDE_FROM = 0x2e80;

export interface TextSize {
  readonly width: number;
  readonly height: number;
}

/** @returns Whole pixels, without any margin; none for no lines. */
export function measureLines(lines: readonly TextLine[]): TextSize {
  const widths = lines.map(({ text, kind }) => {
    const ems = [...text].reduce((sum, char) => sum + (isWide(char) ? 1 : CHAR_WIDTH[kind]), 0);
    return ems * FONT_PX[kind];
  });
  const height = lines.reduce((sum, { kind }) => sum + lineHeight(kind), 0);
  return { width: Math.ceil(Math.max(0, ...widths)), height: Math.ceil(height) };
}

export function lineHeight(kind: TextLine['kind']): number {
  return FONT_PX[kind] * LINE_HEIGHT;
}

/** Breaks a text at its spaces into lines of at most `maxChars`, if its words are not longer. */
export function toLines(text: string, kind: TextLine['kind'], maxChars: number): TextLine[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= maxChars) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ({ text: line, kind }));
}

function isWide(char: string): boolean {
  return (char.codePointAt(0) ?? 0) >= WIDE_FROM;
}
