import { describe, expect, test } from 'vitest';
import { EventFilter } from '../../../src/monitor/feed/log-filter.ts';
import { queryLog } from '../../../src/monitor/feed/log-query.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { EVENT_TYPES, isKept, toKind } from '../../../src/monitor/history/rows.ts';
import type { LogFilter } from '../../../src/monitor/messages.ts';
import { toEventText } from '../../../src/monitor/web/log/event-text.ts';
import type { JournalRecord, RunEvent } from '../../../src/protocol.ts';
import { appendMany, sourceOf, specsOf } from '../recorded.ts';
import { SAMPLES } from '../samples.ts';
import { startFeed } from './live-feed.ts';

const specs = specsOf(3, ['a', 'b']);

/** What a client gets that subscribes when everything has happened. */
async function subscribeLate(events: readonly RunEvent[], filter: LogFilter = {}) {
  const { history, feed, reader } = startFeed();
  for (const event of events) history.append(event);
  await feed.subscribe(reader, { type: 'subscribe', topic: 'log', ...filter });
  feed.stop();
  return reader.take('log')[0]?.events ?? [];
}

function queryOf(history: History, journal: readonly JournalRecord[] = []) {
  const watch = new Watch(sourceOf(specs, { journal: async () => journal }), history);
  return (filter: LogFilter, limit: number) => queryLog(watch, new EventFilter(watch, filter), limit);
}

/** What every event says, whatever its texts: who, when, which turn. */
function outline(event: RunEvent) {
  const { seq, at, type } = event;
  return {
    seq,
    at,
    type,
    ...('agent' in event && { agent: event.agent }),
    ...('turn' in event && { turn: event.turn }),
    ...('model' in event && { model: event.model }),
    ...('durationMs' in event && { durationMs: event.durationMs }),
    ...(event.type === 'agent.ended' && { status: event.status, turns: event.turns }),
    ...(event.type === 'message.sent' && { message: { from: event.message.from, to: event.message.to } }),
    ...(event.type === 'tool.started' && { call: { name: event.call.name } }),
    ...(event.type === 'tool.finished' && { result: { name: event.result.name, isError: event.result.isError } }),
  };
}

describe('a log that is opened late', () => {
  test('has one event of each type, in order', async () => {
    const told = await subscribeLate(SAMPLES);
    expect(told.map(({ type }) => type)).toEqual(SAMPLES.map(({ type }) => type));
    expect(new Set(told.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  test.each(
    SAMPLES.map((event) => [event.type, event] as const),
  )('tells of %s what the page shows', async (type, event) => {
    const [told] = (await subscribeLate(SAMPLES)).filter((other) => other.type === type);
    if (isKept(toKind(type))) expect(told).toEqual(event);
    expect(told).toMatchObject(outline(event));
    for (const text of [toEventText(event), toEventText(told!)]) {
      expect(text).not.toBe('');
      expect(text).not.toMatch(/undefined|NaN/);
    }
    expect(toEventText(event)).not.toContain(`${type} of`);
  });

  test('finds each by its type, and those of an agent', async () => {
    for (const event of SAMPLES) {
      expect((await subscribeLate(SAMPLES, { types: [event.type] })).map(outline)).toEqual([outline(event)]);
    }
    const ofAgents = SAMPLES.filter((event) => 'agent' in event);
    expect((await subscribeLate(SAMPLES, { agents: ['a/1'] })).map(outline)).toEqual(ofAgents.map(outline));
    expect((await subscribeLate(SAMPLES, { groups: ['a'] })).map(outline)).toEqual(ofAgents.map(outline));
    expect(await subscribeLate(SAMPLES, { groups: ['b'] })).toEqual([]);
  });

  test('finds what went wrong', async () => {
    const failed = await subscribeLate(SAMPLES, { failures: true });
    expect(failed.map(({ type }) => type).sort()).toEqual([
      'agent.ended',
      'agent.set-aside',
      'model.failed',
      'store.degraded',
      'supervisor.escalated',
      'tool.finished',
    ]);
  });

  test('says of streamed text how long it was', async () => {
    const [told] = await subscribeLate(SAMPLES, { types: ['agent.streamed'] });
    expect(told).toMatchObject({ text: '… (8 characters)' });
  });

  test('cuts long texts, once', async () => {
    const long = { ...SAMPLES[0], type: 'tool.logged', agent: 'a/1', turn: 1, name: 'lookup', text: 'x'.repeat(2_000) };
    const [told] = await subscribeLate([long as unknown as RunEvent]);
    expect(told).toMatchObject({ text: `${'x'.repeat(300)}… (1700 more characters)` });
  });

  test('numbers them by the history, as it does the others', async () => {
    const history = new History(specs);
    for (const event of SAMPLES) history.append({ ...event, seq: 1 });
    const told = await queryOf(history)({}, 100);
    expect(told.map(({ seq }) => seq)).toEqual(SAMPLES.map(({ seq }) => seq));
  });
});

describe('when more has come than is kept', () => {
  const flood = {
    type: 'tool.logged',
    agent: 'a/0',
    turn: 1,
    callId: 'c',
    name: 'lookup',
    text: 'x'.repeat(1_000),
  } as const;
  const flooded = () => {
    const history = new History(specs);
    for (const event of SAMPLES) history.append(event);
    appendMany(history, 30_000, flood);
    return history;
  };
  const others: LogFilter = { agents: ['a/1'] };

  test('the oldest are not told any more, and all others are', async () => {
    const history = flooded();
    const query = queryOf(history);
    const rows = SAMPLES.filter((event) => 'agent' in event && !isKept(toKind(event.type)));
    expect((await query(others, 100)).map(outline)).toEqual(rows.map(outline));
    expect(await query({ types: ['tool.retried'] }, 100)).toEqual([]);
    const newest = await query({ types: ['tool.logged'] }, 1_000);
    expect(newest).toHaveLength(1_000);
    expect(newest.at(-1)).toMatchObject({ seq: history.last, name: 'lookup' });
  });

  test('those about the run stay', async () => {
    const types = SAMPLES.filter((event) => !('agent' in event)).map(({ type }) => type);
    expect((await queryOf(flooded())({ types }, 100)).map(({ type }) => type)).toEqual(types);
  });

  test('journals are asked for what they have', async () => {
    const error = { code: 'ERROR', message: 'as it was written' };
    const journal: JournalRecord[] = [{ type: 'restarting', turn: 3, at: 300, error, attempt: 2, until: 700 }];
    const told = await queryOf(flooded(), journal)({ types: ['agent.restarting', 'agent.set-aside'] }, 10);
    expect(told).toMatchObject([{ type: 'agent.restarting', agent: 'a/1', attempt: 2, delayMs: 400, error }]);
  });
});

test('the rows of kept events say so', () => {
  const history = new History(specs);
  for (const event of SAMPLES) history.append(event);
  for (const event of SAMPLES) {
    const { chunk, index } = history.row(event.seq);
    expect(chunk.kind[index]).toBe(toKind(event.type));
    expect(history.keptEvent(event.seq)).toEqual(isKept(toKind(event.type)) ? event : undefined);
  }
});
