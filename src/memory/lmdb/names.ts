import { TroupeError } from '../../base/errors.ts';

/** LMDB takes keys of 1,978 bytes; the rest is for separators, the sequence and escaped control characters. */
const NAMES_MAX_BYTES = 1_800;
/** A null character ends a part of a key, and half a surrogate pair has no UTF-8: two names would become one. */
const UNFIT = /[\0\p{Surrogate}]/u;
/** From so many characters on lmdb does not mark these, and takes them for the end of a part. */
const LONG_CHARS = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what does not fit
const UNFIT_IN_LONG = /[\x01-\x04]/;

/**
 * Checks that a run's id, and an agent's id with it, can be told apart from all others in a key.
 *
 * @throws {TroupeError} `STORE_FAILED` if they cannot.
 */
export function assertNames(run: string, agent = ''): void {
  const name = agent === '' ? `run "${shorten(run)}"` : `agent "${shorten(agent)}" of run "${shorten(run)}"`;
  const bytes = Buffer.byteLength(run) + Buffer.byteLength(agent);
  if (bytes > NAMES_MAX_BYTES) throw refuse(name, `its id takes ${bytes} bytes of at most ${NAMES_MAX_BYTES}`);
  if (UNFIT.test(run) || UNFIT.test(agent)) throw refuse(name, 'its id holds a null character or half a character');
  if ([run, agent].some((id) => id.length >= LONG_CHARS && UNFIT_IN_LONG.test(id))) {
    throw refuse(name, `its id holds a control character, and is longer than ${LONG_CHARS - 1} characters`);
  }
}

function refuse(name: string, state: string): TroupeError {
  return new TroupeError('STORE_FAILED', `Cannot store ${name}: ${state}`);
}

function shorten(id: string): string {
  return id.length > 40 ? `${id.slice(0, 40)}…` : id;
}
