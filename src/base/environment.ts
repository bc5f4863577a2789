import { TroupeError } from './errors.ts';
import { addSecret } from './redact.ts';

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Puts environment variables in the place of `${NAME}`, and of `${NAME:-otherwise}`, which has a text for a variable that is
 * not set or is empty.
 *
 * A value that is put in counts as a secret from then on, whatever its variable is called: it is taken out of everything
 * that leaves the process.
 *
 * @param text Anything else in it stays as it is.
 * @param where What the text is for, for the error: `model "writer"`.
 * @param options.plain True: no secret, such as an address or the name of a model.
 * @throws {TroupeError} `SCENARIO_INVALID` if a variable has no value.
 */
export function fillIn(text: string, where: string, options: { readonly plain?: boolean } = {}): string {
  return text.replace(VARIABLE, (_, name: string, otherwise: string | undefined) => {
    const value = process.env[name];
    if (value === undefined || value === '') {
      if (otherwise !== undefined) return otherwise;
      throw new TroupeError(
        'SCENARIO_INVALID',
        `Cannot use ${where}: the environment variable ${name} is not set; set it, or write it into .env`,
      );
    }
    if (!options.plain) addSecret(value);
    return value;
  });
}

/** The same for each value of a map. */
export function fillInAll(values: Readonly<Record<string, string>>, where: string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, fillIn(text, where)]));
}
