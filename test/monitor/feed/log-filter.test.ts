import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventFilter } from '../../../src/monitor/feed/log-filter.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { EVENT_TYPES } from '../../../src/monitor/history/rows.ts';
import type { LogFilter } from '../../../src/monitor/messages.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { anyEvents, factOf, sourceOf, specsOf } from '../recorded.ts';

const specs = specsOf(2, ['a', 'b']);
const agents = specs.map(({ id }) => id);
const watchOf = (history = new History(specs)) => new Watch(sourceOf(specs), history);

const filters: fc.Arbitrary<LogFilter> = fc.record(
  {
    groups: fc.subarray(['a', 'b']),
    agents: fc.subarray(agents),
    types: fc.subarray([...EVENT_TYPES]),
    failures: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** The definition, in words of the events alone. */
function isWanted(event: RunEvent, { groups, agents: wanted, types, failures }: LogFilter): boolean {
  const agent = 'agent' in event && agents.includes(event.agent) ? event.agent : undefined;
  const failed =
    ['model.failed', 'agent.set-aside', 'supervisor.escalated', 'store.degraded'].includes(event.type) ||
    (event.type === 'tool.finished' && event.result.isError) ||
    (event.type === 'agent.ended' && event.status === 'failed');
  if (failures && !failed) return false;
  if (types !== undefined && !types.includes(event.type)) return false;
  if (wanted !== undefined && (agent === undefined || !wanted.includes(agent))) return false;
  return groups === undefined || (agent !== undefined && groups.includes(agent.split('/')[0]!));
}

test('fits the events it says, and their rows alike', () => {
  fc.assert(
    fc.property(anyEvents(agents), filters, (events, wanted) => {
      const history = new History(specs);
      const filter = new EventFilter(watchOf(history), wanted);
      for (const event of events) {
        history.append(event);
        const { chunk, index } = history.row(history.last);
        expect(filter.fits(event)).toBe(isWanted(event, wanted));
        expect(filter.fitsRow(chunk, index)).toBe(isWanted(event, wanted));
      }
    }),
  );
});

test('without conditions everything fits, also what strangers and the run itself do', () => {
  const filter = new EventFilter(watchOf(), {});
  for (const type of EVENT_TYPES) {
    expect(filter.fits({ seq: 1, at: 0, ...factOf(type, 'user') } as RunEvent)).toBe(true);
  }
});

test('refuses groups and agents the run has not', () => {
  expect(() => new EventFilter(watchOf(), { groups: ['z'] })).toThrow('Cannot find group "z"');
  expect(() => new EventFilter(watchOf(), { agents: ['a/0', 'a/9'] })).toThrow('Cannot find agent "a/9"');
});
