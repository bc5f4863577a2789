/** More than the marker takes: cutting less than this would not make a text shorter. */
const MARKER_CHARS = 64;
/** Of what is kept, from the beginning; the rest is from the end, where a log says how it ended. */
const HEAD_SHARE = 2 / 3;
/** Tokens are not spread evenly over a text: each try aims a little lower. */
const AIM = 0.95;
/** Tries that come closer and closer; then only the least is kept. */
const TRIES = 8;

/**
 * A text within so many tokens: the two ends of it, and how much was left out between them.
 *
 * @param leastChars Characters that are kept in any case, even if the result then has more tokens than wanted.
 * @returns The text itself if it fits, or is hardly longer than the least.
 */
export function fitText(
  text: string,
  maxTokens: number,
  leastChars: number,
  countText: (text: string) => number,
): string {
  let fitted = text;
  let kept = text.length;
  for (let tries = 0; tries < TRIES && kept > leastChars; tries++) {
    const tokens = countText(fitted);
    if (tokens <= maxTokens) return fitted;
    kept = Math.max(leastChars, Math.floor(((kept * maxTokens) / tokens) * AIM));
    fitted = cutMiddle(text, kept);
  }
  return kept > leastChars && countText(fitted) > maxTokens ? cutMiddle(text, leastChars) : fitted;
}

/** The two ends of a text, together so many characters, with a marker between them; never half a character. */
export function cutMiddle(text: string, keptChars: number): string {
  const leftOut = text.length - keptChars;
  if (leftOut <= MARKER_CHARS) return text;
  const head = Math.floor(keptChars * HEAD_SHARE);
  const first = text.slice(0, isSplit(text, head) ? head - 1 : head);
  const tail = head + leftOut;
  const last = text.slice(isSplit(text, tail) ? tail + 1 : tail);
  return `${first}\n… [${leftOut} of ${text.length} characters left out] …\n${last}`;
}

function isSplit(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
