import type { JsonObject } from '../../../src/protocol.ts';

/** A chart with everything a flat one can have. */
export const SAMPLE_CHART: JsonObject = {
  id: 'sample',
  initial: 'first-state',
  states: {
    'first-state': {
      description: 'where it begins',
      entry: ['begin', { type: 'note', params: { level: 1 } }],
      always: { guard: { type: 'isReady' }, target: 'second' },
      on: {
        go: [
          { guard: 'isFast', target: '#sample.end', actions: 'hurry', description: 'in a <hurry>; "now"' },
          { target: 'second' },
        ],
        tick: { actions: ['count', 'note'] },
        again: { target: 'first-state' },
      },
    },
    second: { on: { go: 'end', back: ['first-state'] } },
    end: { type: 'final' },
  },
  on: { ping: { actions: 'pong' }, kill: { target: '.end', actions: 'clean' } },
};
