import type { BuiltinToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';

/** The time by the run's clock: `{ iso, epoch_ms }`, UTC. */
export function createNow(name: string, spec: BuiltinToolSpec): Tool {
  return {
    name,
    description: spec.description ?? 'The current date and time (UTC).',
    parameters: { type: 'object' },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    execute(_, { clock }) {
      const now = clock.now();
      return { iso: new Date(now).toISOString(), epoch_ms: now };
    },
  };
}
