import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { inMemory, rehearse, scenarioOf, toLines } from './rehearsals.ts';

const latency = { median: '1s', p95: '4s' };
const timeout = '1h';

/**
 * A newsroom: reporters ask the archive, give texts to writers and auction off the printing, tell all others, and the first
 * of them hands its stories over to the editor.
 */
function newsroom(seed: number) {
  const text = '{{ observation.text }}';
  return scenarioOf({
    name: 'newsroom',
    seed,
    models: {
      reporter: {
        latency,
        rules: [
          { on: 'observation', when: 'index == 0', call: [{ hand: { to: 'editor', note: `mine is ${text}` } }] },
          {
            on: 'observation',
            call: [
              { ask: { to: 'archive/{{ index | modulo: 2 }}', body: `What of ${text} of {{ agent }}?` } },
              { write: { task: `Write ${text} for {{ agent }}` } },
              { print: { task: `Print ${text} for {{ agent }}` } },
              { publish: { topic: 'news', body: `${text} by {{ agent }}` } },
            ],
          },
          {
            on: 'results',
            reply:
              '{{ results.ask.answer }}; {{ results.write.answer }}; {{ results.print.answer }}; {{ results.publish.receivers }}',
          },
          { on: 'message', reply: 'read' },
        ],
      },
      desk: {
        latency,
        rules: [
          { on: 'message', match: '^Bid', reply: '{{ turn | times: 7 | plus: index | modulo: 10 }}' },
          { on: 'message', reply: `{{ agent }} has ${text}` },
        ],
      },
    },
    tools: {
      ask: { builtin: 'ask', timeout },
      write: { builtin: 'delegate', to: 'writer', policy: 'random', wait: true, timeout },
      print: { builtin: 'delegate', to: 'printer', policy: 'auction', wait: true, timeout },
      publish: { builtin: 'publish' },
      hand: { builtin: 'handoff' },
    },
    agents: {
      reporter: {
        count: 6,
        model: 'reporter',
        tools: ['ask', 'write', 'print', 'publish', 'hand'],
        observe: { items: ['the fire', 'the flood'], inbox: true },
        subscribe: ['news'],
      },
      archive: { count: 2, model: 'desk', observe: { inbox: true } },
      writer: { count: 4, model: 'desk', observe: { inbox: true } },
      printer: { count: 3, model: 'desk', observe: { inbox: true } },
      editor: { count: 1, model: 'desk', observe: { inbox: true }, subscribe: ['news'] },
    },
    ...inMemory,
  });
}

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is RunEvent & { type: T } => event.type === type);

describe('a scenario in which agents ask, tell, delegate, bid and hand over', () => {
  test('comes to its end, with every answer where it belongs', async () => {
    const { summary, events } = await rehearse(newsroom(3));
    expect(summary).toMatchObject({ status: 'done', agents: { total: 16, done: 16 }, toolCalls: { failed: 0 } });
    const stories = of(events, 'agent.replied').filter(({ reply }) => reply.includes(';'));
    expect(stories).toHaveLength(10);
    for (const { agent, observation, reply } of stories) {
      const index = Number(agent.slice('reporter/'.length));
      expect(reply).toMatch(
        new RegExp(
          `^archive/${index % 2} has What of ${observation} of ${agent}\\?; writer/\\d has Write ${observation} for ${agent}; ` +
            `printer/\\d has Print ${observation} for ${agent}; 6$`,
        ),
      );
    }
    expect(of(events, 'task.awarded')).toHaveLength(10);
    const handed = of(events, 'agent.observed').filter(({ observation }) => observation.message?.kind === 'handoff');
    expect(handed.map(({ agent }) => agent)).toEqual(['editor/0', 'editor/0']);
    // Each of ten stories reaches the editor and all other reporters.
    const news = of(events, 'agent.observed').filter(({ observation }) => observation.message?.kind === 'topic');
    expect(news).toHaveLength(10 * 6);
  });

  test('is the same to the byte with the same seed, and another one with another seed', async () => {
    const lines = async (seed: number) => toLines((await rehearse(newsroom(seed))).events);
    const logs = [await lines(3), await lines(3), await lines(4)];
    expect(logs[1]).toBe(logs[0]);
    expect(logs[2]).not.toBe(logs[0]);
    expect(logs[0]?.length).toBeGreaterThan(50_000);
  });
});
