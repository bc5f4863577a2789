/** The beginning and the end of what a program writes. */
export interface KeptOutput {
  add(chunk: Buffer): void;
  /** All that was written, in bytes. */
  readonly bytes: number;
  /** The middle is cut out, and it says so. */
  text(): { readonly text: string; readonly truncated: boolean };
}

/** @param maxBytes Half of it for the beginning, where a program says what it does, half for the end, where it says why not. */
export function createKeptOutput(maxBytes: number): KeptOutput {
  const half = Math.floor(maxBytes / 2);
  let head = Buffer.alloc(0);
  /** Up to twice `half`, so that it is not moved for each chunk. */
  let tail = Buffer.alloc(0);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    add(chunk) {
      bytes += chunk.length;
      const first = chunk.subarray(0, half - head.length);
      if (first.length > 0) head = Buffer.concat([head, first]);
      const rest = chunk.subarray(first.length);
      if (rest.length === 0) return;
      tail = Buffer.concat([tail, rest.subarray(-half)]);
      if (tail.length > 2 * half) tail = Buffer.from(tail.subarray(-half));
    },
    text() {
      const end = tail.subarray(-half);
      const cut = bytes - head.length - end.length;
      if (cut === 0) return { text: Buffer.concat([head, end]).toString('utf8'), truncated: false };
      // The bytes of half a character at the cut are cut, too.
      const before = new TextDecoder().decode(head, { stream: true });
      let start = 0;
      while (start < 4 && ((end[start] ?? 0) & 0xc0) === 0x80) start++;
      return {
        text: `${before}\n… [${cut} bytes cut out] …\n${end.subarray(start).toString('utf8')}`,
        truncated: true,
      };
    },
  };
}
