import { TroupeError } from '../../base/errors.ts';
import { type Damage, describeDamage } from './damage.ts';
import { decodeRecord } from './record.ts';

/** Told what cannot be read, and why. It may throw, which ends the reading. */
export type Lose = (damage: Damage, cause?: unknown) => void;

export const KEY_PROBLEM = 'the key of one of its records is damaged';

/** Whose record it is, and which one. */
export interface Place {
  readonly run: string;
  readonly agent: string;
  readonly record: number;
}

/** @param known Named if the key itself cannot be read. */
export function toPlace(key: unknown, known: Omit<Damage, 'problem'>, lose: Lose): Place | undefined {
  const [run, agent, record, ...more] = Array.isArray(key) ? (key as unknown[]) : [];
  const isWhole = typeof run === 'string' && typeof agent === 'string' && more.length === 0;
  if (isWhole && Number.isSafeInteger(record)) return { run, agent, record: record as number };
  lose({ ...known, problem: KEY_PROBLEM });
  return undefined;
}

/** An agent's records are numbered without gaps; one that was written is never removed alone. */
export function checkGap({ run, agent, record }: Place, next: number, lose: Lose): void {
  const missing = record - next;
  if (missing <= 0) return;
  lose({
    run,
    agent,
    record: next,
    problem: missing === 1 ? 'it is missing' : `it and ${missing - 1} more are missing`,
  });
}

export function decode<T>(value: Uint8Array, place: Omit<Damage, 'problem'>, lose: Lose): T | undefined {
  try {
    return decodeRecord(value) as T;
  } catch (error) {
    lose({ ...place, problem: (error as Error).message }, error);
    return undefined;
  }
}

export function refuse(damage: Damage, cause?: unknown): never {
  throw new TroupeError('STORE_FAILED', `Cannot read ${describeDamage(damage)}: ${damage.problem}`, { cause });
}
