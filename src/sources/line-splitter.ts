import { SOURCE_LINE_MAX_BYTES } from '../base/limits.ts';

/** A line without its end. */
export interface Line {
  /** At most `SOURCE_LINE_MAX_BYTES` of UTF-8; what is no UTF-8 is U+FFFD. */
  readonly text: string;
  /** Bytes it took, its end included. */
  readonly bytes: number;
  /** It was longer, and the rest has been left out. */
  readonly isCut: boolean;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Makes lines of bytes that come in pieces of any size.
 *
 * Contract: holds at most one line's beginning, of at most `SOURCE_LINE_MAX_BYTES`, and no piece itself.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  /** The line that has no end yet: what is kept of it, and how long it has been. */
  #begun: Buffer[] = [];
  #kept = 0;
  #bytes = 0;

  /** @returns The lines that are whole now. */
  push(piece: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      this.#add(piece.subarray(start, end));
      this.#bytes++;
      lines.push(this.#take());
      start = end + 1;
    }
    this.#add(piece.subarray(start));
    return lines;
  }

  /** What is left without an end, as a line. Undefined: nothing is. */
  rest(): Line | undefined {
    return this.#bytes === 0 ? undefined : this.#take();
  }

  #add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    // One more than is kept shows that there is more, and a "\r" at the very end is no more.
    const room = SOURCE_LINE_MAX_BYTES + 2 - this.#kept;
    if (room <= 0 || bytes.length === 0) return;
    const kept = Buffer.from(bytes.subarray(0, room));
    this.#kept += kept.length;
    this.#begun.push(kept);
  }

  #take(): Line {
    const [only] = this.#begun;
    let whole: Buffer = this.#begun.length === 1 && only !== undefined ? only : Buffer.concat(this.#begun);
    if (whole.at(-1) === RETURN) whole = whole.subarray(0, -1);
    const isCut = whole.length > SOURCE_LINE_MAX_BYTES;
    const text = this.#decoder.decode(isCut ? whole.subarray(0, toBorder(whole)) : whole);
    const line = { text, bytes: this.#bytes, isCut };
    this.#begun = [];
    this.#kept = 0;
    this.#bytes = 0;
    return line;
  }
}

/** Not within a character. */
function toBorder(bytes: Buffer): number {
  let end = SOURCE_LINE_MAX_BYTES;
  while (end > SOURCE_LINE_MAX_BYTES - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
