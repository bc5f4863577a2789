import { TextDecoder } from 'node:util';

/** Types that are text besides those of `text/`; their other signs are replaced, not refused. */
const TEXT_TYPE = /^text\/|[/+](?:json|xml)$|^application\/(?:x-)?(?:javascript|ecmascript|yaml|ndjson|toml|sh|sql)$/;
const CHARSET = /;\s*charset\s*=\s*["']?([^\s;"']+)/i;
/** In the first kilobyte, where the standard has it looked for. */
const META_CHARSET = /<meta[^>]{1,200}?charset\s*=\s*["']?([\w-]{1,40})/i;
const META_BYTES = 1_024;

/**
 * Decodes a body as its type says: by the byte order mark, the `charset`, what an HTML page says of itself, or else as UTF-8.
 * Bytes that are no signs come out as U+FFFD. A body of a type that is not known to be text has to be UTF-8 throughout.
 *
 * @param contentType The header; empty: none.
 * @param isCut The last character may be incomplete, and is then left out.
 * @returns Undefined if it is no text.
 */
export function decodeText(bytes: Uint8Array, contentType: string, isCut: boolean): string | undefined {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (!TEXT_TYPE.test(type))
    return bytes.includes(0) ? undefined : decode(bytes, new TextDecoder('utf-8', FATAL), isCut);
  const decoder = toDecoder(byMark(bytes) ?? CHARSET.exec(contentType)?.[1] ?? byPage(bytes, type));
  if (bytes.includes(0) && !decoder.encoding.startsWith('utf-16')) return undefined;
  return decode(bytes, decoder, isCut);
}

const FATAL = { fatal: true };

function decode(bytes: Uint8Array, decoder: TextDecoder, isCut: boolean): string | undefined {
  try {
    // In two steps, also for one that is whole: in one, Node 20 takes Windows-1252 for ISO 8859-1.
    const text = decoder.decode(bytes, { stream: true });
    return isCut ? text : text + decoder.decode();
  } catch {
    return undefined;
  }
}

function toDecoder(label: string | undefined): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}

function byMark([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

function byPage(bytes: Uint8Array, type: string): string | undefined {
  if (type !== 'text/html') return undefined;
  return META_CHARSET.exec(Buffer.from(bytes.subarray(0, META_BYTES)).toString('latin1'))?.[1];
}
