import { describe, expect, test } from 'vitest';
import { History } from '../../src/monitor/history/history.ts';
import { toEvents } from '../../src/monitor/to-events.ts';
import type { AgentSpec, JournalRecord, RunEvent } from '../../src/protocol.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { asJournalled, busy, DECISION, messageOf, type Recorded, record, specsOf } from './recorded.ts';

const faults = new URL('../../scenarios/faults.yaml', import.meta.url).pathname;

/** What is said of an agent, but for its number in the run and for what journals do not know. */
function comparable(events: readonly RunEvent[], agent: string) {
  return events.map(asJournalled).flatMap(({ seq: _, ...event }) => {
    const isOf = event.type === 'message.sent' ? event.message.to === agent : 'agent' in event && event.agent === agent;
    // An agent that ends with its run, not by itself, is where it was: it can be gone on with.
    const isCut = event.type === 'agent.ended' && event.status === 'stopped';
    return isOf && !isCut ? [event] : [];
  });
}

/** By time; of one moment a message first, which a run tells of when it has already been observed. */
function inOrder<T extends { at: number; type: string }>(events: readonly T[]): T[] {
  const rank = ({ type }: T) => (type === 'message.sent' ? 0 : 1);
  return [...events].sort((a, b) => a.at - b.at || rank(a) - rank(b));
}

async function told({ run }: Recorded, spec: AgentSpec) {
  return comparable(toEvents(spec, await run.journal(spec.id)), spec.id);
}

describe('the journals of a rehearsal, told', () => {
  const rehearsals = {
    'of agents who tell each other, wait and fail': () => record(),
    'that waits for every write': () => record({ ...busy, memory: { store: 'in-memory', durability: 'sync' } }),
    'whose tools end their lives': () =>
      record({
        ...busy,
        models: {
          ...busy.models,
          clerk: {
            latency: '1s',
            rules: [
              { on: 'observation', call: ['lookup', { end: { reply: 'Bye, {{ agent }}.' } }] },
              { on: 'results', reply: 'Never.' },
            ],
          },
        },
        tools: { ...busy.tools, end: { builtin: 'finish' } },
        agents: { ...busy.agents, clerk: { ...busy.agents.clerk, count: 30, tools: ['lookup', 'end'] } },
      }),
    'of every kind of fault': async () => record(await loadScenario(faults, { set: ['memory.store=in-memory'] })),
  };

  test.each(Object.entries(rehearsals))('%s are the events that were emitted', async (_, rehearse) => {
    const recorded = await rehearse();
    expect(recorded.events.length).toBeGreaterThan(80);
    for (const spec of recorded.run.specs) {
      const emitted = comparable(recorded.events, spec.id);
      // One who never got anything has no journal, and one does not know when it began.
      if (emitted.every(({ type }) => type === 'agent.started' || type === 'agent.waiting')) continue;
      expect(inOrder(await told(recorded, spec))).toEqual(inOrder(emitted));
    }
  });

  test('bring a history to the same states over time', async () => {
    const recorded = await record();
    const { run, history } = recorded;
    const again = new History(run.specs);
    for (const spec of run.specs) {
      for (const event of toEvents(spec, await run.journal(spec.id))) again.append(event);
    }
    const sorted = again.sorted();
    const times = new Set(recorded.events.map(({ at }) => at));
    const last = Math.max(...times);
    // hub/1 never gets anything and leaves no trace.
    const silent = history.positionOf('hub/1')!;
    for (const at of times) {
      // What the last moment adds is the end of the run.
      if (at === last) continue;
      const [now, then] = [history.foldAt(history.seqAt(at)), sorted.foldAt(sorted.seqAt(at))];
      expect([...then.states].filter((_, i) => i !== silent)).toEqual([...now.states].filter((_, i) => i !== silent));
      expect(then.totals).toEqual(now.totals);
    }
  });

  test('number the events of each agent from 1', async () => {
    const recorded = await record();
    const spec = recorded.run.specs[0]!;
    const events = toEvents(spec, await recorded.run.journal(spec.id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events[0]?.type).toBe('agent.started');
    expect(events.at(-1)?.type).toBe('agent.ended');
  });
});

describe('a journal', () => {
  const [plain] = specsOf(1) as [AgentSpec];
  const open: AgentSpec = { ...plain, group: { ...plain.group, observe: { items: [], inbox: true } } };
  const observed = (at: number, turn: number, text = 'x'): JournalRecord => ({
    type: 'observed',
    turn,
    at,
    observation: { kind: 'observation', text },
  });
  const decided = (at: number, turn: number): JournalRecord => {
    const usage = { inputTokens: 1, outputTokens: 1 };
    return {
      type: 'model.done',
      turn,
      at,
      decision: { reply: 'y', toolCalls: [], final: true, usage, serviceMs: 3 },
    };
  };
  const heard = (at: number, turn: number, sentAt: number): JournalRecord => {
    const message = messageOf({ from: 'user', at: sentAt });
    return { type: 'observed', turn, at, observation: { kind: 'message', text: 'hi', message } };
  };
  const tell = (spec: AgentSpec, records: readonly JournalRecord[]) =>
    toEvents(spec!, records).map((event) => `${event.at} ${event.agent} ${event.type}`);

  test('without records tells nothing', () => {
    expect(toEvents(plain, [])).toEqual([]);
    expect(toEvents(open, [])).toEqual([]);
  });

  test('that breaks off tells what there is', () => {
    const intended: JournalRecord = { type: 'model.intended', turn: 1, at: 7, model: 'm' };
    expect(tell(plain, [observed(5, 1), intended])).toEqual(['5 a/0 agent.started', '5 a/0 agent.observed']);
  });

  test('of an agent with an inbox ends by waiting', () => {
    expect(tell(open, [observed(5, 1), decided(9, 1)]).slice(-2)).toEqual([
      '9 a/0 agent.stored',
      '9 a/0 agent.waiting',
    ]);
    expect(tell(plain, [observed(5, 1), decided(9, 1)]).at(-1)).toBe('9 a/0 agent.stored');
  });

  test('that begins with a message tells of the waiting before it', () => {
    expect(tell(open, [heard(30, 1, 30)])).toEqual([
      '0 a/0 agent.started',
      '0 a/0 agent.waiting',
      '30 user message.sent',
      '30 a/0 agent.observed',
    ]);
  });

  test('a message is told when it was sent, and one that had come meanwhile let nobody wait', () => {
    const events = tell(open, [observed(5, 1), decided(90, 1), heard(90, 2, 40), decided(120, 2), heard(200, 3, 200)]);
    expect(events.slice(2)).toEqual([
      '90 a/0 agent.decided',
      '90 a/0 agent.replied',
      '90 a/0 agent.stored',
      '40 user message.sent',
      '90 a/0 agent.observed',
      '120 a/0 agent.decided',
      '120 a/0 agent.replied',
      '120 a/0 agent.stored',
      '120 a/0 agent.waiting',
      '200 user message.sent',
      '200 a/0 agent.observed',
    ]);
  });

  test('a turn that was cut short and done again does not come before what was told', () => {
    const events = tell(plain, [observed(5, 1), decided(9, 1), observed(50, 2), observed(12, 2), decided(20, 2)]);
    const times = events.map((text) => Number(text.split(' ')[0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(events.filter((text) => text.endsWith('observed'))).toHaveLength(3);
  });

  test('times are microseconds, as in events', () => {
    expect(tell(plain, [observed(1_234.567_89, 1)])[1]).toBe('1234.568 a/0 agent.observed');
  });
});

test('restarts and dead letters are told, and what a restarted agent goes on with', () => {
  const error = { code: 'MODEL_FAILED', message: 'no' };
  const [spec] = specsOf(1);
  const call = { id: 'c', name: 't', args: {} };
  const decision = { ...DECISION, toolCalls: [call], final: false, kept: 'signed' };
  const observed = { type: 'observed', turn: 1, at: 0, observation: { kind: 'observation', text: 'x' } } as const;
  const records: JournalRecord[] = [
    observed,
    { type: 'model.done', turn: 1, at: 5, decision },
    { type: 'restarting', turn: 1, at: 7, error, attempt: 1, until: 10 },
    { type: 'tools.intended', turn: 1, at: 10, calls: ['c'] },
    { type: 'set-aside', turn: 1, at: 20, observation: 'x', error, attempts: 2 },
    { ...observed, turn: 2, at: 21 },
  ];
  expect(JSON.stringify(toEvents(spec!, records))).not.toContain('signed');
  expect(toEvents(spec!, records).map(({ type }) => type)).toEqual([
    'agent.started',
    'agent.observed',
    'agent.decided',
    'agent.restarting',
    'agent.started',
    'agent.recalled',
    'tool.started',
    'agent.set-aside',
    'agent.started',
    'agent.observed',
  ]);
});
