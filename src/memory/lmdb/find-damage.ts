import { existsSync, statSync } from 'node:fs';
import { assertDataFile } from './data-file.ts';
import { latestMeta, type Meta, PageFile } from './page-file.ts';
import { PageWalk } from './page-walk.ts';

/**
 * Checks all pages of a data file before LMDB opens it, about 5 us each: LMDB ends the process when it meets a page that
 * is damaged.
 *
 * @param path A file that is missing or empty is whole.
 * @returns What is wrong, as `page 7 has ...`; nothing for a file that is whole, and for one that somebody writes to
 * meanwhile.
 * @throws {Error} With the state as its message, if it is no database at all.
 */
export function findDamage(path: string): string[] {
  if (!existsSync(path) || statSync(path).size === 0) return [];
  const file = new PageFile(path);
  try {
    const metas = file.metas();
    if (metas.length === 0 || file.fileBytes < 2 * file.pageBytes) assertDataFile(path);
    const problems = checkMetas(file, metas);
    const latest = latestMeta(metas);
    if (latest !== undefined) {
      const walk = new PageWalk(file, latest);
      walk.run();
      problems.push(...walk.problems);
    }
    const isMoving = latestMeta(file.metas())?.transaction !== latest?.transaction;
    return isMoving ? [] : problems;
  } finally {
    file.close();
  }
}

/** Each transaction replaces the older of the two, the odd ones the second one. */
function checkMetas(file: PageFile, metas: readonly Meta[]): string[] {
  const problems = ([0, 1] as const)
    .filter((page) => !metas.some((meta) => meta.page === page && meta.pageBytes === file.pageBytes))
    .map((page) => `page ${page} does not describe the database`);
  const latest = latestMeta(metas);
  const other = metas.find((meta) => meta !== latest);
  if (latest === undefined || other === undefined) return problems;
  if (latest.transaction % 2 !== latest.page && latest.transaction > 0) problems.push(toOutOfTurn(latest));
  if (other.transaction === latest.transaction - 1) return problems;
  // After a power cut one may be missing in between; but it must not be the other one that is the last.
  const walk = new PageWalk(file, other);
  walk.run();
  if (walk.latest > latest.transaction) problems.push(toOutOfTurn(other));
  return problems;
}

function toOutOfTurn({ page }: Meta): string {
  return `page ${page} is of another transaction than it should be`;
}
