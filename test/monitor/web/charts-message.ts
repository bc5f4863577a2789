import type { ChartsMessage } from '../../../src/monitor/messages.ts';
import { AGENT_STATES } from '../../../src/monitor/states.ts';

/** A charts message with this many turns in each bucket, one agent in `decide`, and two calls a turn. */
export function chartsMessage(
  first: number,
  turns: readonly number[],
  rest: Partial<ChartsMessage> = {},
): ChartsMessage {
  const zeros = turns.map(() => 0);
  return {
    type: 'charts',
    at: (first + turns.length) * 100,
    widthMs: 100,
    first,
    buckets: {
      states: Object.fromEntries(
        AGENT_STATES.map((state) => [state, turns.map(() => (state === 'decide' ? 1 : 0))]),
      ) as never,
      turns,
      replies: zeros,
      modelCalls: turns,
      toolCalls: turns,
      failures: zeros,
    },
    totals: { turns: 0, replies: 0, modelCalls: 0, toolCalls: 0, failures: 0, toolFailures: 0, messages: 0 },
    flow: {},
    tools: [],
    models: [],
    loopDelay: { at: [], p50: [], p99: [] },
    ...rest,
  };
}
