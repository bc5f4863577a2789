import { describe, expect, test } from 'vitest';
import { EventFilter } from '../../../src/monitor/feed/log-filter.ts';
import { queryLog } from '../../../src/monitor/feed/log-query.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { CHUNK_ROWS } from '../../../src/monitor/history/rows.ts';
import type { LogFilter } from '../../../src/monitor/messages.ts';
import { toShortEvent } from '../../../src/monitor/short-event.ts';
import type { JournalRecord, RunEvent } from '../../../src/protocol.ts';
import { appendMany, asJournalled, DECISION, factOf, messageOf, record, sourceOf, specsOf } from '../recorded.ts';

async function start() {
  const recorded = await record();
  const watch = new Watch(recorded.source, recorded.history);
  const query = (filter: LogFilter, limit: number, at?: number) =>
    queryLog(watch, new EventFilter(watch, filter), limit, at);
  return { ...recorded, watch, query };
}

/** What a journal does not say is left out. */
const plain = (events: readonly RunEvent[]) =>
  events
    .map(asJournalled)
    .map((event) =>
      event.type === 'agent.ended' && event.status === 'stopped' ? { ...event, criticalPathMs: 0 } : event,
    );

describe('the log of a rehearsal', () => {
  test('is what was emitted, with all its texts', async () => {
    const { query, events } = await start();
    expect(plain(await query({}, 1_000))).toEqual(plain(events.map(toShortEvent)));
  });

  test('has the newest, wherever the limit cuts a turn', async () => {
    const { query, events } = await start();
    for (const limit of [0, 1, 2, 3, 7, 20, 33, 50]) {
      const expected = limit === 0 ? [] : events.slice(-limit).map(toShortEvent);
      expect(plain(await query({}, limit))).toEqual(plain(expected));
    }
  });

  test('calls of one moment are not taken for each other, whatever the limit and the moment', async () => {
    const { query, events } = await start();
    const filters: [LogFilter, (event: RunEvent) => boolean][] = [
      [{ types: ['tool.started'] }, ({ type }) => type === 'tool.started'],
      [{ types: ['tool.finished'], failures: true }, (event) => event.type === 'tool.finished' && event.result.isError],
      [{ types: ['tool.finished'], agents: ['clerk/2'] }, (e) => e.type === 'tool.finished' && e.agent === 'clerk/2'],
      [{ types: ['message.sent'] }, ({ type }) => type === 'message.sent'],
      [{ groups: ['hub'] }, (event) => 'agent' in event && event.agent.startsWith('hub/')],
    ];
    for (const [filter, fits] of filters) {
      for (const limit of [1, 2, 4, 5]) {
        for (const at of [undefined, 3_000, 5_000.5]) {
          const exact = events.filter((event) => fits(event) && event.at <= (at ?? 1e9)).slice(-limit);
          expect(plain(await query(filter, limit, at))).toEqual(plain(exact.map(toShortEvent)));
        }
      }
    }
  });

  test('before the first event is empty', async () => {
    const { query } = await start();
    expect(await query({}, 100, -1)).toEqual([]);
  });

  test('events about the run are told whole', async () => {
    const { query, events } = await start();
    expect(await query({ types: ['run.started', 'run.stalled', 'run.finished'] }, 10)).toEqual(
      events.filter(({ type }) => type.startsWith('run.')),
    );
  });
});

describe('calls that are made and end in one moment', () => {
  const specs = specsOf(1);
  // Two of one name; the first and the last fail.
  const made = [
    { id: 'c1', name: 'lookup', isError: true },
    { id: 'c2', name: 'lookup', isError: false },
    { id: 'c3', name: 'lookup', isError: true },
    { id: 'c4', name: 'other', isError: true },
  ];
  const toolCalls = made.map(({ id, name }) => ({ id, name, args: {} }));
  const results = made.map(({ id, name, isError }) => ({ callId: id, name, isError, content: id, serviceMs: 0 }));
  const journal = (known: readonly string[]): JournalRecord[] => [
    { type: 'observed', turn: 1, at: 0, observation: { kind: 'observation', text: '' } },
    {
      type: 'model.done',
      turn: 1,
      at: 0,
      decision: { ...DECISION, toolCalls: toolCalls.filter(({ id }) => known.includes(id)) },
    },
    { type: 'tools.intended', turn: 1, at: 0, calls: known },
    ...results
      .filter(({ callId }) => known.includes(callId))
      .map((result): JournalRecord => ({ type: 'tool.done', turn: 1, at: 0, result })),
  ];
  const query = async (filter: LogFilter, limit: number, known = ['c1', 'c2', 'c3', 'c4']) => {
    const history = new History(specs);
    const add = (fact: object) => history.append({ seq: 0, at: 0, agent: 'a/0', turn: 1, ...fact } as RunEvent);
    for (const call of toolCalls) add({ type: 'tool.started', call });
    for (const result of results) add({ type: 'tool.finished', result, durationMs: 0 });
    const watch = new Watch(sourceOf(specs, { journal: async () => journal(known) }), history);
    const told = await queryLog(watch, new EventFilter(watch, filter), limit);
    return told.map((event) => {
      if (event.type === 'tool.started') return event.call.id;
      return event.type === 'tool.finished' ? event.result.content : undefined;
    });
  };

  test('are the last ones, if a limit leaves some out', async () => {
    for (const type of ['tool.started', 'tool.finished'] as const) {
      expect(await query({ types: [type] }, 4)).toEqual(['c1', 'c2', 'c3', 'c4']);
      expect(await query({ types: [type] }, 3)).toEqual(['c2', 'c3', 'c4']);
      expect(await query({ types: [type] }, 2)).toEqual(['c3', 'c4']);
    }
  });

  test('are those that failed, if only these are asked for', async () => {
    expect(await query({ failures: true }, 9)).toEqual(['c1', 'c3', 'c4']);
    expect(await query({ failures: true }, 2)).toEqual(['c3', 'c4']);
  });

  test('are not taken for those of another name, if the journal does not have them yet', async () => {
    expect(await query({ types: ['tool.started'] }, 1, ['c1', 'c2', 'c3'])).toEqual(['']);
    expect(await query({ types: ['tool.finished'] }, 1, ['c1', 'c2', 'c3'])).toEqual([null]);
  });
});

describe('what no journal tells', () => {
  const specs = specsOf(2);
  const build = (facts: readonly [RunEvent['type'], string][], journal: readonly JournalRecord[] = []) => {
    const history = new History(specs);
    for (const [i, [type, agent]] of facts.entries()) {
      history.append({ seq: i + 1, at: i * 10, ...factOf(type, agent, 1) } as RunEvent);
    }
    const watch = new Watch(sourceOf(specs, { journal: async () => journal }), history);
    return queryLog(watch, new EventFilter(watch, {}), 100);
  };

  test('is told by the history, as events of their types', async () => {
    const told = await build([
      ['agent.started', 'a/1'],
      ['agent.waiting', 'a/1'],
      ['agent.paused', 'a/1'],
      ['agent.resumed', 'a/1'],
      ['agent.observed', 'a/1'],
      ['agent.decided', 'a/1'],
      ['tool.started', 'a/1'],
      ['tool.finished', 'a/1'],
      ['model.failed', 'a/1'],
      ['agent.ended', 'a/1'],
    ]);
    const about = { agent: 'a/1' };
    expect(told).toMatchObject([
      { seq: 1, at: 0, type: 'agent.started', ...about, group: 'a' },
      { type: 'agent.waiting', for: 'to go on' },
      { type: 'agent.paused', ...about },
      { type: 'agent.resumed', ...about },
      { type: 'agent.observed', turn: 1 },
      {
        type: 'agent.decided',
        model: 'n1',
        durationMs: 10,
        decision: { toolCalls: [], usage: { inputTokens: 0, outputTokens: 0 } },
      },
      { type: 'tool.started', call: { name: 'n1' } },
      { type: 'tool.finished', result: { name: 'n1', isError: true }, durationMs: 1 },
      { type: 'model.failed', model: 'n1' },
      { seq: 10, at: 90, type: 'agent.ended', status: 'failed', turns: 1 },
    ]);
  });

  test('a message from outside is the user’s', async () => {
    const [sent] = await build([['message.sent', 'user']]);
    expect(sent).toMatchObject({ type: 'message.sent', agent: 'user', message: { from: 'user', to: 'a/0' } });
  });

  test('a message that is not yet observed is not taken for another one, however late it was told', async () => {
    const history = new History(specs);
    const sent = (sentAt: number, toldAt: number) => {
      const message = messageOf({ id: `m${sentAt}`, from: 'user', at: sentAt });
      history.append({ seq: history.last + 1, at: toldAt, type: 'message.sent', agent: 'user', message });
    };
    sent(1, 40);
    sent(41.25, 42);
    const message = messageOf({ from: 'user', body: 'another', at: 1 });
    const journal: JournalRecord[] = [
      { type: 'observed', turn: 1, at: 2, observation: { kind: 'message', text: 'another', message } },
    ];
    const watch = new Watch(sourceOf(specs, { journal: async () => journal }), history);
    const told = await queryLog(watch, new EventFilter(watch, {}), 100);
    expect(told.map((event) => event.type === 'message.sent' && [event.message.body, event.message.at])).toEqual([
      ['another', 1],
      ['', 41.25],
    ]);
  });
});

test('rows that are dropped while the journals are read are told all the same', async () => {
  const specs = specsOf(1);
  const history = new History(specs, undefined, 1);
  appendMany(history, 10, factOf('agent.observed', 'a/0', 1));
  const journal = async () => {
    appendMany(history, 2 * CHUNK_ROWS, factOf('agent.stored', 'a/0', 1));
    return [];
  };
  const watch = new Watch(sourceOf(specs, { journal }), history);
  const told = await queryLog(watch, new EventFilter(watch, {}), 5);
  expect(told.map(({ seq, type }) => [seq, type])).toEqual([6, 7, 8, 9, 10].map((seq) => [seq, 'agent.observed']));
  expect(history.first).toBeGreaterThan(10);
  expect(await queryLog(watch, new EventFilter(watch, {}), 5, 3)).toEqual([]);
});

test('the journals of the newest rows are read, of not more than 200 agents', async () => {
  const specs = specsOf(300);
  const history = new History(specs);
  for (const [i, { id }] of specs.entries()) {
    history.append({ seq: i + 1, at: i, ...factOf('agent.observed', id, 1) } as RunEvent);
  }
  const read: string[] = [];
  const journal = async (agent: string) => {
    read.push(agent);
    return [];
  };
  const watch = new Watch(sourceOf(specs, { journal }), history);
  expect(await queryLog(watch, new EventFilter(watch, {}), 1_000)).toHaveLength(300);
  expect(read).toEqual(Array.from({ length: 200 }, (_, i) => `a/${299 - i}`));
});
