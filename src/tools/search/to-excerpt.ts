const EXCERPT_MAX_CHARS = 240;
/** Of the text before the first term found. */
const LEAD_CHARS = 40;
/** Words as the index has them. */
const WORD = /[^\s\p{Z}\p{P}]+/gu;

/**
 * The place in a text where most of the terms are, at most 240 characters on one line, cut between words.
 *
 * @param terms In lower case, as they are in the text.
 */
export function toExcerpt(text: string, terms: ReadonlySet<string>): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= EXCERPT_MAX_CHARS) return line;
  const start = toStart(line, Math.max(0, findBest(line, terms) - LEAD_CHARS));
  const before = start > 0 ? '…' : '';
  const room = EXCERPT_MAX_CHARS - before.length;
  if (line.length - start <= room) return before + line.slice(start);
  return `${before}${line.slice(start, toEnd(line, start, start + room - 1)).trimEnd()}…`;
}

/** Where the stretch with the most different terms begins. */
function findBest(line: string, terms: ReadonlySet<string>): number {
  const hits: { readonly at: number; readonly term: string }[] = [];
  for (const { 0: word, index } of line.matchAll(WORD)) {
    const term = word.toLowerCase();
    if (terms.has(term)) hits.push({ at: index, term });
  }
  let best = 0;
  let most = 0;
  hits.forEach(({ at }, first) => {
    const found = new Set<string>();
    for (let i = first; i < hits.length; i++) {
      const hit = hits[i];
      if (hit === undefined || hit.at + hit.term.length > at + EXCERPT_MAX_CHARS - LEAD_CHARS) break;
      found.add(hit.term);
    }
    if (found.size <= most) return;
    most = found.size;
    best = at;
  });
  return best;
}

/** The next word's beginning, if there is one soon. */
function toStart(line: string, at: number): number {
  if (at === 0) return 0;
  const space = line.indexOf(' ', at - 1);
  if (space >= 0 && space - at < LEAD_CHARS) return space + 1;
  return isPairAt(line, at) ? at + 1 : at;
}

/** The last word's end, if it is not far back. */
function toEnd(line: string, start: number, at: number): number {
  const space = line.lastIndexOf(' ', at);
  if (space > start + EXCERPT_MAX_CHARS / 2) return space;
  return isPairAt(line, at) ? at - 1 : at;
}

/** True: a cut here would go through a character of two units. */
function isPairAt(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
