import { createSecretFilter } from '../../base/secret-filter.ts';

/** Of what a server says of a failure. */
const REASON_MAX_CHARS = 1_000;
/** Written by the protocol's library in front of what a server says. */
const HTTP_PREFIX = /^Streamable HTTP error: (Error POSTing to endpoint: )?/;
const PROTOCOL_PREFIX = /^MCP error -?\d+: /;
/** A code of the system's, or of the HTTP client's. */
const CODE = /\b(E[A-Z]{4,}|UND_ERR_[A-Z_]+)\b/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT)$/;

/** Why a request to a server has failed, as a sentence without its end. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed for no reason that is known';
  const message = createSecretFilter().cut(error.message.replace(PROTOCOL_PREFIX, ''), REASON_MAX_CHARS);
  if (isUnreachable(error)) return `it cannot be reached (${codeOf(error)})`;
  // All that `fetch` says itself is that it failed.
  if (error instanceof TypeError) return `the connection to it failed (${codeOf(error) ?? message})`;
  if (HTTP_PREFIX.test(message)) return explainHttp(error, message.replace(HTTP_PREFIX, '').trim());
  return error.name.endsWith('ZodError') ? 'its answer is not as the protocol has it' : message;
}

/** Whether nobody is there: not that a connection was cut, which may be one of many. */
export function isUnreachable(error: Error): boolean {
  return UNREACHABLE.test(codeOf(error) ?? '');
}

function codeOf({ cause, message }: Error): string | undefined {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : CODE.exec(message)?.[0];
}

function explainHttp(error: Error, said: string): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && code > 0 ? `it answered with HTTP ${code}${said && `: ${said}`}` : said;
}
