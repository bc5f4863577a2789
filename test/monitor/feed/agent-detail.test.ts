import { describe, expect, test } from 'vitest';
import { DETAIL_MAX_BYTES } from '../../../src/base/monitor-limits.ts';
import { toAgentDetail } from '../../../src/monitor/feed/agent-detail.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { AgentSpec, AgentView, JournalRecord, RunEvent } from '../../../src/protocol.ts';
import { asJournalled, asLive, liveAt, record, sourceOf, specsOf } from '../recorded.ts';

async function start() {
  const recorded = await record();
  const watch = new Watch(recorded.source, recorded.history);
  const clerk = watch.positionOf('clerk/1');
  const emitted = recorded.events.filter((event) => 'agent' in event && event.agent === 'clerk/1');
  return { ...recorded, watch, clerk, emitted };
}
const withoutSeq = (events: readonly RunEvent[]) => events.map((event) => ({ ...asJournalled(event), seq: 0 }));

describe('an agent’s detail', () => {
  test('says who it is and what it has done', async () => {
    const { watch, clerk, emitted, history } = await start();
    const { message, known } = await toAgentDetail(watch, clerk, { limit: 1_000 });
    expect({ ...message, events: [] }).toEqual({
      type: 'agent',
      at: history.at,
      agent: 'clerk/1',
      group: 'clerk',
      state: 'done',
      row: {},
      instructions: 'You are clerk/1 of Acme.',
      events: [],
      earlier: false,
    });
    // Messages are in their receivers' journals.
    expect(withoutSeq(message.events)).toEqual(withoutSeq(emitted.filter(({ type }) => type !== 'message.sent')));
    expect(known).toEqual(message.events);
  });

  test('has the newest events, and says that there are older ones', async () => {
    const { watch, clerk } = await start();
    const all = (await toAgentDetail(watch, clerk, { limit: 1_000 })).message.events;
    for (const limit of [0, 1, 5, all.length - 1, all.length]) {
      const { message, known } = await toAgentDetail(watch, clerk, { limit });
      expect(message.events).toEqual(limit === 0 ? [] : all.slice(-limit));
      expect(message.earlier).toBe(limit < all.length);
      expect(known).toEqual(all);
    }
  });

  test('at a moment is as it was then', async () => {
    const { watch, clerk, emitted } = await start();
    const { at } = emitted.find(({ type }) => type === 'tool.started')!;
    const { message } = await toAgentDetail(watch, clerk, { limit: 1_000, at });
    expect(message).toMatchObject({ at, state: 'executing-tools', earlier: false });
    expect(message.events.map(({ type }) => type)).toEqual([
      'agent.started',
      'agent.observed',
      'agent.decided',
      'tool.started',
      'tool.started',
      'tool.started',
      'tool.finished',
    ]);
    const before = await toAgentDetail(watch, clerk, { limit: 1_000, at: -1 });
    expect(before.message).toMatchObject({ state: 'unstarted', events: [], earlier: false });
  });

  test('of a running agent has its context now, but not for the past', async () => {
    const { source } = await start();
    const { source: live, history } = asLive({ source });
    const view = { context: { turn: 3 } } as unknown as AgentView;
    const watch = new Watch({ ...live, live: { ...liveAt(history), view: () => view } }, history);
    expect((await toAgentDetail(watch, 0, { limit: 1 })).message.context).toEqual({ turn: 3 });
    expect((await toAgentDetail(watch, 0, { limit: 1, at: 5 })).message).not.toHaveProperty('context');
  });
});

describe('sizes', () => {
  const [spec] = specsOf(1) as [AgentSpec];
  const detailOf = async (chars: number, count: number, group: Partial<AgentSpec['group']> = {}) => {
    const journal = Array.from({ length: count }, (_, turn): JournalRecord => {
      const text = 'x'.repeat(chars);
      return { type: 'observed', turn, at: turn, observation: { kind: 'observation', text } };
    });
    const specs = [{ ...spec, group: { ...spec.group, ...group } }];
    const watch = new Watch(sourceOf(specs, { journal: async () => journal }), new History(specs));
    return (await toAgentDetail(watch, 0, { limit: 1_000 })).message;
  };

  test('events that are too large together are fewer', async () => {
    const { events, earlier } = await detailOf(DETAIL_MAX_BYTES / 4, 6);
    expect([events.length, earlier, events.at(-1)?.at]).toEqual([3, true, 5]);
  });

  test('the last one is told whatever its size', async () => {
    const { events, earlier } = await detailOf(DETAIL_MAX_BYTES + 1, 2);
    expect([events.length, earlier]).toEqual([1, true]);
  });

  test('instructions that cannot be rendered are told as they were written', async () => {
    const instructions = 'Read {{ "%E0%" | url_decode }}.';
    expect((await detailOf(1, 1, { instructions })).instructions).toBe(instructions);
  });
});
