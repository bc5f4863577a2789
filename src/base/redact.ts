/** Environment variables whose values are secrets, by the ends of their names. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i;
/** Shorter ones would be found in ordinary text. */
const SECRET_MIN_CHARS = 8;
/** Members of an object whose values are secrets, by their whole names. */
const SECRET_MEMBER =
  /("(?:password|passwd|passphrase|secret|client_?secret|(?:api|access|private|secret)_?key|(?:access_|refresh_|auth_)?token|authorization|cookie|set-cookie)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

const REDACTED = '[redacted]';

/** Takes secrets out of JSON text. */
export type Redact = (json: string) => string;

/**
 * Makes what takes secrets out of everything that leaves the process as JSON: events, results, log, monitor.
 *
 * A secret is the value of an environment variable whose name says so (`..._KEY`, `..._TOKEN`, `..._SECRET`,
 * `..._PASSWORD`; 8 characters or more), wherever it stands, and any text in a member named `password`, `token`,
 * `api_key`, `authorization` and the like.
 *
 * @param environment Names and values. Default: the process's.
 */
export function createRedactor(environment: NodeJS.ProcessEnv = process.env): Redact {
  const secrets = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= SECRET_MIN_CHARS && SECRET_NAME.test(name)
      ? [JSON.stringify(value).slice(1, -1)]
      : [],
  );
  // A secret that holds another one goes first.
  secrets.sort((a, b) => b.length - a.length);
  return (json) => {
    let text = json;
    for (const secret of secrets) if (text.includes(secret)) text = text.replaceAll(secret, REDACTED);
    return text.replace(SECRET_MEMBER, `$1"${REDACTED}"`);
  };
}
