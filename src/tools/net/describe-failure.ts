import { TroupeError } from '../../base/errors.ts';

/** By the error's code or name; the first that fits. */
const REASONS: readonly [RegExp, string][] = [
  [/^(ENOTFOUND|ENODATA)$/, 'its host name has no address'],
  [/^(EAI_AGAIN|EAI_FAIL|ESERVFAIL)$/, 'its host name cannot be looked up at the moment'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, 'the server cannot be reached'],
  [
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
    'the server closed the connection',
  ],
  [/^UND_ERR_HEADERS_OVERFLOW$/, 'the headers of the answer are too large'],
  [/^(HPE_.*|HTTPParserError)$/, 'the answer is not HTTP'],
  [/^(Z_|ERR__)/, 'its compressed body is damaged'],
  [/CERT|^UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO$/, 'the server cannot prove who it is, or speaks no TLS'],
];

/**
 * Why a fetch failed, in words. Made from the error's code or name alone: messages of libraries hold addresses, and what was received.
 *
 * @param thrown A `TroupeError` gives its own message.
 */
export function describeFailure(thrown: unknown): string {
  if (thrown instanceof TroupeError) return thrown.message;
  const error = thrown as NodeJS.ErrnoException | undefined;
  const name = String(error?.code ?? error?.name);
  return REASONS.find(([codes]) => codes.test(name))?.[1] ?? `the request failed (${name})`;
}
