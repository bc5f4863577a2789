/** A piece of a file that is found on its own. */
export interface Section {
  /** The headings it stands under, the file's title first: `Disk full > Remedy`. */
  readonly title: string;
  readonly text: string;
}

/** Ranking wants pieces of similar length, and an excerpt is looked for in the whole piece. */
const SECTION_MAX_CHARS = 4_000;
const HEADING_MAX_CHARS = 200;
const HEADING = /^ {0,3}(#{1,6})[ \t]+/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * Splits a file at its headings, and long sections at paragraphs.
 *
 * @param name The title of a file without a first heading.
 * @param isMarkdown False: plain text, in which a `#` is only a sign.
 */
export function splitSections(text: string, name: string, isMarkdown: boolean): Section[] {
  const whole = isMarkdown ? splitMarkdown(dropFrontMatter(text), name) : [{ title: name, text }];
  const filled = whole.filter((section) => section.text.trim() !== '');
  // A file of headings alone is found by them.
  const kept = filled.length > 0 ? filled : whole.slice(-1);
  return kept.flatMap(({ title, text }) => splitLong(text.trim()).map((piece) => ({ title, text: piece })));
}

function splitMarkdown(text: string, name: string): Section[] {
  const sections: Section[] = [];
  const chain: (string | undefined)[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const close = (): void => {
    const headings = chain.filter((heading) => heading !== undefined);
    sections.push({
      title: (chain[0] === undefined ? [name, ...headings] : headings).join(' > '),
      text: lines.join('\n'),
    });
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    // In code a line that begins with # is a comment.
    const heading = fence === undefined ? HEADING.exec(line) : null;
    if (heading === null) {
      lines.push(line);
      continue;
    }
    close();
    const level = heading[1]?.length ?? 1;
    chain.length = level - 1;
    chain[level - 1] = toHeading(line.slice(heading[0].length));
  }
  close();
  return sections;
}

function toHeading(text: string): string {
  return text.slice(0, HEADING_MAX_CHARS).trim().replace(/\s#+$/, '');
}

function dropFrontMatter(text: string): string {
  const start = /^---\r?\n/.exec(text);
  const end = start === null ? -1 : text.indexOf('\n---', start[0].length - 1);
  return end < 0 ? text : text.slice(text.indexOf('\n', end + 1) + 1 || text.length);
}

function splitLong(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > SECTION_MAX_CHARS) {
    const at = ['\n\n', '\n', ' '].map((sign) => rest.lastIndexOf(sign, SECTION_MAX_CHARS)).find((found) => found > 0);
    const end = at ?? SECTION_MAX_CHARS;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  pieces.push(rest);
  return pieces;
}
