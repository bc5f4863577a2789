import { validateHeaderName, validateHeaderValue } from 'node:http';
import { fillInAll } from '../../base/environment.ts';
import { TroupeError } from '../../base/errors.ts';
import { FETCH_URL_MAX_CHARS, TOOL_RESULT_MAX_BYTES } from '../../base/limits.ts';
import type { FetchToolSpec, Json, JsonSchema } from '../../protocol.ts';
import { cutText } from '../content.ts';
import { AllowList } from '../net/allow-list.ts';
import { decodeText } from '../net/decode-text.ts';
import { type FetchedPage, guardedFetch } from '../net/guarded-fetch.ts';
import type { Tool, ToolOptions } from '../tool.ts';

/** Room in the result for what it has besides the text: its keys, the URL and the content type. */
const FRAME_BYTES = 16_384;
const TYPE_MAX_CHARS = 200;
const ACCEPT_MAX_CHARS = 500;
/** They belong to the connection, and are set by what makes it. */
const CONNECTION_HEADER =
  /^(accept-encoding|connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/;
const SECRET_HEADER = /auth|cookie|key|token|secret|password/i;
/** Shorter words of a header would be found in ordinary text. */
const SECRET_MIN_CHARS = 8;

/**
 * Reads pages and APIs by GET, on public hosts and those of `allow`: `{ url, status, content_type, bytes, truncated, text }`.
 * `url` is where redirects led to; `bytes` is the size of the body as far as it was read, decompressed. A status of 4xx or
 * 5xx is a result like others, for the model to read.
 *
 * Contract: a result or error holds no header of the tool's that is secret, even if a server sends it back: one that holds
 * `${NAME}`, or is called after a key, a token, a cookie or the like. In a rehearsal nothing is fetched; every call fails.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if `allow` or `headers` cannot be used, or a variable is not set.
 */
export function createFetch(name: string, spec: FetchToolSpec, { virtual }: ToolOptions): Tool {
  const allow = new AllowList(spec.allow, `tool "${name}"`);
  // A rehearsal needs no secrets.
  const headers = virtual ? {} : toHeaders(name, spec.headers);
  const hide = createHide(spec.headers, headers);
  return {
    name,
    description: spec.description ?? describe(spec.allow),
    parameters: PARAMETERS,
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: true,
    async execute({ url, accept = '*/*' }, { signal }) {
      if (virtual) {
        throw new TroupeError(
          'TOOL_FAILED',
          `Cannot fetch in a rehearsal: it reaches no network; "simulate" of tool "${name}" says what it gives instead`,
        );
      }
      const { maxBytes } = spec;
      const page = await guardedFetch(String(url), { allow, headers, accept: String(accept), maxBytes, signal, hide });
      return toResult(page, hide);
    },
  };
}

const PARAMETERS: JsonSchema = {
  type: 'object',
  properties: {
    url: { type: 'string', minLength: 1, maxLength: FETCH_URL_MAX_CHARS, description: 'With http:// or https://.' },
    accept: {
      type: 'string',
      pattern: '^[ -~]+$',
      maxLength: ACCEPT_MAX_CHARS,
      description: 'Media types that are wanted, such as application/json. Default: any.',
    },
  },
  required: ['url'],
  additionalProperties: false,
};

function describe(allow: readonly string[]): string {
  const listed = allow.length === 0 ? '' : `, and ${allow.join(', ')}`;
  return (
    'Fetches a web page or the answer of an API by GET, as text; a status of 4xx or 5xx comes with its text too. ' +
    `Reaches public hosts${listed}.`
  );
}

function toHeaders(name: string, spec: FetchToolSpec['headers']): Record<string, string> {
  const where = `tool "${name}"`;
  return Object.fromEntries(
    Object.entries(fillInAll(spec, where)).map(([header, value]) => {
      const key = header.toLowerCase();
      const problem = findHeaderProblem(key, value);
      if (problem === undefined) return [key, value];
      throw new TroupeError('SCENARIO_INVALID', `Cannot use ${where}: its header ${JSON.stringify(header)} ${problem}`);
    }),
  );
}

function findHeaderProblem(key: string, value: string): string | undefined {
  if (CONNECTION_HEADER.test(key)) return 'is set by the connection; leave it out';
  try {
    validateHeaderName(key);
    validateHeaderValue(key, value);
    return undefined;
  } catch {
    return 'has a character that no header may have';
  }
}

/** Makes what takes the secrets among the headers out of a text. */
function createHide(
  spec: FetchToolSpec['headers'],
  headers: Readonly<Record<string, string>>,
): (text: string) => string {
  const secrets = Object.entries(spec)
    .filter(([header, text]) => text.includes('${') || SECRET_HEADER.test(header))
    .flatMap(([header]) => headers[header.toLowerCase()]?.split(/\s+/) ?? [])
    .filter((word) => word.length >= SECRET_MIN_CHARS)
    // A secret that holds another one goes first.
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

function toResult(page: FetchedPage, hide: (text: string) => string): Json {
  const url = hide(page.url);
  const type = hide(page.contentType).slice(0, TYPE_MAX_CHARS);
  const decoded = decodeText(page.head, page.contentType, page.isCut);
  if (decoded === undefined) {
    throw new TroupeError(
      'TOOL_FAILED',
      `Cannot read ${JSON.stringify(url.slice(0, TYPE_MAX_CHARS))}: it is not text but binary, of ${type || 'no'} type`,
    );
  }
  const whole = hide(decoded);
  const text = cutText(whole, TOOL_RESULT_MAX_BYTES - FRAME_BYTES);
  const truncated = page.isCut || text.length < whole.length;
  return { url, status: page.status, content_type: type, bytes: page.bytes, truncated, text };
}
