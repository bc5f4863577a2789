import { toErrorInfo } from '../base/errors.ts';
import type { Outlet } from './outlet.ts';
import type { Source } from './source.ts';

/**
 * A source that looks for its items itself.
 *
 * @param run Gives all there is, and returns when the outlet is over. If it rejects, that is told and the source has ended.
 * @param close Frees what `run` holds, and must not wait for an offer.
 */
export function createPulledSource(outlet: Outlet, run: () => Promise<void>, close?: () => Promise<void>): Source {
  let isStarted = false;
  const fail = (error: unknown): void => {
    outlet.fail(`Cannot go on with source "${outlet.name}": ${toErrorInfo(error).message}; it has ended`);
    outlet.end();
  };
  return {
    ended: outlet.ended,
    start() {
      if (isStarted || outlet.isOver) return;
      isStarted = true;
      if (outlet.isFull) outlet.end();
      else run().catch(fail);
    },
    async stop() {
      outlet.stop();
      await close?.();
    },
  };
}
