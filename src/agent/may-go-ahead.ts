import type { AgentEnvironment } from './environment.ts';

/** A call may begin before what was handed over is on disk: in `async`, unless memory cannot be written just now. */
export function mayGoAhead(env: AgentEnvironment): boolean {
  return env.durability === 'async' && env.store.ready() === undefined;
}
