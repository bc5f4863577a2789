import { createRequire } from 'node:module';
import { TroupeError, toErrorInfo } from './errors.ts';

/** When something is to be done, again and again. */
export interface Schedule {
  /**
   * @param epochMs Milliseconds since the epoch.
   * @returns The first time after that, a whole second; undefined if there is none.
   */
  after(epochMs: number): number | undefined;
}

/** The fields of an expression and what each takes; the first may be left out. */
const FIELDS = [
  ['second', '0 to 59'],
  ['minute', '0 to 59'],
  ['hour', '0 to 23'],
  ['day of the month', '1 to 31'],
  ['month', '1 to 12 or JAN to DEC'],
  ['day of the week', '0 to 7 or SUN to SAT'],
] as const;

/**
 * Reads a schedule of five fields (minute, hour, day of the month, month, day of the week), or six with the second first.
 *
 * A time that the change to summer time leaves out comes at its end; one that winter time repeats comes once.
 *
 * @param timezone IANA name. Default `UTC`.
 * @throws {TroupeError} `SCENARIO_INVALID` if it cannot be read, and which field it is; if the time zone is not known.
 */
export function compileCron(expression: string, timezone = 'UTC'): Schedule {
  const fail = (reason: string): never => {
    throw new TroupeError('SCENARIO_INVALID', `Cannot read schedule "${expression}": ${reason}`);
  };
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    const found = expression.trim() === '' ? 'it is empty' : `it has ${fields.length}`;
    return fail(`${found}; write five fields (minute, hour, day, month, weekday), or six with the second first`);
  }
  if (!isTimezone(timezone)) return fail(`unknown time zone "${timezone}"; write a name such as Europe/Berlin`);
  try {
    const schedule = new (cron())(fields.join(' '), { timezone, paused: true });
    return { after: (epochMs) => schedule.nextRun(new Date(Math.floor(epochMs)))?.getTime() };
  } catch (error) {
    return fail(findWrongField(fields) ?? toErrorInfo(error).message.replace(/^\w+: /, ''));
  }
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The library's own message names some fields, and counts days and months from 0. */
function findWrongField(fields: readonly string[]): string | undefined {
  const left = FIELDS.length - fields.length;
  for (const [index, field] of fields.entries()) {
    const alone = fields.map((_, other) => (other === index ? field : '*'));
    try {
      new (cron())(alone.join(' '), { timezone: 'UTC', paused: true });
    } catch {
      const [name, values] = FIELDS[left + index] ?? ['field', 'a number'];
      return `its ${name} is "${field}"; write ${values}, and * , - / between them`;
    }
  }
  return undefined;
}

let loaded: typeof import('croner').Cron | undefined;

/** Required when it is used, not imported: an import would settle at a moment of its own. */
function cron(): typeof import('croner').Cron {
  loaded ??= (createRequire(import.meta.url)('croner') as typeof import('croner')).Cron;
  return loaded;
}
