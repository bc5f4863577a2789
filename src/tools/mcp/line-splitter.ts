/** Kept of the end of a line that is cut. */
const ENDING_CHARS = 100;

/** @param ending Of a line that was cut: its last 100 characters or fewer. */
export type OnLine = (line: string, ending?: string) => void;

/** Cuts a stream of text into its lines; of a long one it keeps the beginning and the end. Empty lines are left out. */
export class LineSplitter {
  readonly #maxChars: number;
  readonly #onLine: OnLine;
  #line = '';
  #ending: string | undefined;

  /** @param maxChars Of a line, in UTF-16 units. */
  constructor(maxChars: number, onLine: OnLine) {
    this.#maxChars = maxChars;
    this.#onLine = onLine;
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#add(text.slice(start, end));
      this.flush();
      start = end + 1;
    }
    this.#add(text.slice(start));
  }

  /** Takes what is there as a line, such as the last one, which has no end. */
  flush(): void {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    const ending = this.#ending?.trimEnd();
    this.#line = '';
    this.#ending = undefined;
    if (line !== '') this.#onLine(line, ending);
  }

  #add(text: string): void {
    const room = this.#maxChars - this.#line.length;
    this.#line += room >= text.length ? text : text.slice(0, room);
    if (room < text.length) this.#ending = ((this.#ending ?? '') + text.slice(room)).slice(-ENDING_CHARS);
  }
}
