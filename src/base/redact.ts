import type { Json } from '../protocol.ts';

/** Environment variables whose values are secrets, by the ends of their names. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i;
/** Shorter ones would be found in ordinary text. */
const SECRET_MIN_CHARS = 8;
/** Members of an object whose values are secrets, by their whole names. */
const SECRET_MEMBER =
  /("(?:password|passwd|passphrase|secret|client_?secret|(?:api|access|private|secret)_?key|(?:access_|refresh_|auth_)?token|authorization|cookie|set-cookie)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

const REDACTED = '[redacted]';

/** Values that a scenario has taken from the environment, whatever they are called. For the process: a secret stays one. */
const added = new Set<string>();

/** JSON in a text in JSON: as deep as tools and servers nest it. */
const JSON_DEPTH = 4;

/** A secret as it stands in JSON, by itself, within texts that are JSON themselves, and in an address or a form. */
function toForms(secret: string): string[] {
  const forms: string[] = [];
  let escaped = secret;
  for (let depth = 0; depth < JSON_DEPTH; depth++) {
    escaped = JSON.stringify(escaped).slice(1, -1);
    forms.push(escaped);
  }
  const whole = Buffer.from(secret).toString();
  const address = encodeURIComponent(whole);
  const form = new URLSearchParams([['', whole]]).toString().slice(1);
  return [...forms, address, address.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()), form];
}

function readSecrets(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= SECRET_MIN_CHARS && SECRET_NAME.test(name) ? [value] : [],
  );
}

/** Makes a value a secret, for redactors made before too. Shorter ones than 8 characters would be found in ordinary text. */
export function addSecret(value: string): void {
  if (value.length >= SECRET_MIN_CHARS) added.add(value);
}

/** Takes secrets out of JSON text. */
export type Redact = (json: string) => string;

/**
 * Makes what takes secrets out of everything that leaves the process as JSON: events, results, log, monitor.
 *
 * A secret is what `createSecretsRedactor` knows, and any text in a member named `password`, `token`, `api_key`,
 * `authorization` and the like.
 *
 * @param environment Names and values. Default: the process's.
 */
export function createRedactor(environment: NodeJS.ProcessEnv = process.env): Redact {
  const redact = createSecretsRedactor(environment);
  return (json) => redact(json).replace(SECRET_MEMBER, `$1"${REDACTED}"`);
}

/**
 * The same for values alone: of environment variables whose names say that they are secrets (`..._KEY`, `..._TOKEN`,
 * `..._SECRET`, `..._PASSWORD`; 8 characters or more), and those that were added, wherever they stand, as they are or written
 * for an address.
 *
 * Contract: JSON stays JSON. A number is taken out only if it is a secret as a whole.
 */
export function createSecretsRedactor(environment: NodeJS.ProcessEnv = process.env): Redact {
  const formsOf = createForms(environment);
  const redact = (json: string): string => {
    let text = json;
    for (const secret of formsOf()) if (text.includes(secret)) text = text.replaceAll(secret, REDACTED);
    return text;
  };
  return (json) => {
    const text = redact(json);
    if (text === json || isJson(text) || !isJson(json)) return text;
    // A secret of digits can be found in numbers, and one that begins like an escaped character in half of that.
    const end = json.slice(json.trimEnd().length);
    return JSON.stringify(withoutSecrets(JSON.parse(json) as Json, redact)) + end;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Value by value. */
function withoutSecrets(value: Json, redact: Redact): Json {
  const ofText = (text: string): string => {
    const redacted = redact(JSON.stringify(text));
    return isJson(redacted) ? (JSON.parse(redacted) as string) : REDACTED;
  };
  if (typeof value === 'string') return ofText(value);
  if (typeof value === 'number') return redact(String(value)) === REDACTED ? REDACTED : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [ofText(key), withoutSecrets(item, redact)]));
}

/** @returns All that is to be found: a secret that holds another one is before it. */
function createForms(environment: NodeJS.ProcessEnv): () => readonly string[] {
  const secrets = readSecrets(environment);
  const sort = (): string[] =>
    [...new Set([...secrets, ...added].flatMap(toForms))].sort((a, b) => b.length - a.length);
  let all = sort();
  let known = added.size;
  return () => {
    if (known !== added.size) {
      all = sort();
      known = added.size;
    }
    return all;
  };
}

/**
 * Says how much at the end of a JSON text may be the beginning of a secret, of a text that goes on.
 *
 * @returns Characters.
 */
export function createSecretsForeseer(environment: NodeJS.ProcessEnv = process.env): (json: string) => number {
  const formsOf = createForms(environment);
  return (json) => {
    let most = 0;
    for (const secret of formsOf()) {
      for (let length = Math.min(secret.length - 1, json.length); length > most; length--) {
        if (json.endsWith(secret.slice(0, length))) most = length;
      }
    }
    return most;
  };
}
