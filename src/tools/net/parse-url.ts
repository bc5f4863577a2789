import { TroupeError } from '../../base/errors.ts';
import { FETCH_URL_MAX_CHARS } from '../../base/limits.ts';

/** Parsers disagree on them: one reads a backslash as a slash, another as a part of the name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const AMBIGUOUS = /[\0-\x1f\x7f\\]/;

/**
 * Reads an address that is to be fetched. Its host comes out in one notation only, whatever it was written in: names in
 * lower case and ASCII, IPv4 as four decimal numbers, IPv6 in its shortest form.
 *
 * @param base What a relative address is relative to. Absent: it has to be absolute.
 * @throws {TroupeError} `TOOL_FAILED`. The message is the reason alone.
 */
export function parseUrl(text: string, base?: URL): URL {
  if (AMBIGUOUS.test(text)) throw refuse('it has a backslash or a control character; write them as %5C, %0A and so on');
  if (!URL.canParse(text, base?.href)) throw refuse('it is not an absolute URL such as https://example.com/page');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('only http and https can be fetched');
  if (url.username !== '' || url.password !== '') throw refuse('it has a user name or a password in it');
  if (url.href.length > FETCH_URL_MAX_CHARS) throw refuse(`it is longer than ${FETCH_URL_MAX_CHARS} characters`);
  return url;
}

function refuse(reason: string): TroupeError {
  return new TroupeError('TOOL_FAILED', reason);
}
