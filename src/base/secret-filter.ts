import { SECRET_CUT_READ } from './limits.ts';
import { createSecretsForeseer, createSecretsRedactor } from './redact.ts';

/**
 * Takes the values of secrets out of what comes into a run: results of tools, errors, what servers log. So they reach
 * neither memory nor models, nor whoever listens to events.
 */
export interface SecretFilter {
  text(text: string): string;
  /** The beginning of a text, with `…` if there is more; half a secret at its end is left out too. */
  cut(text: string, maxChars: number): string;
  /** The same value if there is no secret in it. @param value Plain data, as JSON has it. */
  json<T>(value: T): T;
  /**
   * For a text that comes in pieces: `take` gives what can be passed on, and keeps what may be the beginning of a secret.
   *
   * @param isLast Nothing more comes: nothing is kept.
   */
  stream(): (piece: string, isLast: boolean) => string;
}

/** @param environment Where secrets are, by their names. Default: the process's. Those that are added later count too. */
export function createSecretFilter(environment: NodeJS.ProcessEnv = process.env): SecretFilter {
  const redact = createSecretsRedactor(environment);
  const foresee = createSecretsForeseer(environment);
  // As JSON: what is to be found is written as there.
  const filter = (text: string): string => {
    const json = JSON.stringify(text);
    const redacted = redact(json);
    return redacted === json ? text : (JSON.parse(redacted) as string);
  };
  const stream = () => {
    let kept = '';
    return (piece: string, isLast: boolean): string => {
      const text = kept + piece;
      // As many characters of the text or more: escaping makes it longer.
      const length = isLast ? 0 : Math.min(text.length, foresee(JSON.stringify(text).slice(1, -1)));
      kept = text.slice(text.length - length);
      return filter(text.slice(0, text.length - length));
    };
  };
  return {
    text: filter,
    stream,
    cut(text, maxChars) {
      // One that was cut by somebody else at the length that is read may end in half a secret, too.
      const isWhole = text.length < SECRET_CUT_READ * maxChars;
      const safe = stream()(text.slice(0, SECRET_CUT_READ * maxChars), isWhole);
      return isWhole && safe.length <= maxChars ? safe : `${safe.slice(0, maxChars)}…`;
    },
    json(value) {
      // Not every caller is checked: a tool may note undefined.
      const json = JSON.stringify(value) as string | undefined;
      if (json === undefined) return value;
      const redacted = redact(json);
      return redacted === json ? value : (JSON.parse(redacted) as typeof value);
    },
  };
}
