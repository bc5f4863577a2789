import type { Clock } from '../../base/clock.ts';
import type { Environment } from './environment.ts';

/** LMDB has nothing under way then; what takes longer never ends. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Closes an environment that is to be opened again.
 *
 * @param clock Real time.
 * @throws {Error} If that does not end.
 */
export async function closeEnvironment(root: Environment, clock: Pick<Clock, 'setTimer'>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = (): void => reject(new Error('the database cannot be closed and opened again'));
    const timer = clock.setTimer(CLOSE_TIMEOUT_MS, late);
    root
      .close()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
