import { describe, expect, test } from 'vitest';
import { addAnswer } from '../../src/agent/add-answer.ts';
import { createContext } from '../../src/agent/context.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { ChatMessage, Json } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { calls, createHarness, decision, timedTool, toGoOn } from './harness.ts';

const KEPT = { parts: ['signed'] };
const keptOf = (transcript: readonly ChatMessage[]): (Json | undefined)[] =>
  transcript.flatMap((message) => (message.role === 'assistant' ? [message.kept] : []));

test('keeps what the provider wants back as long as there are calls', () => {
  const { work } = createContext({ spec: createHarness({ decide: () => ({}) }).specs[0]! });
  const asked = decision({ toolCalls: calls('look'), kept: KEPT });
  addAnswer(work, asked);
  addAnswer(work, asked);
  expect(keptOf(work.transcript)).toEqual([KEPT, KEPT]);
  addAnswer(work, decision({ reply: 'Done', kept: KEPT }));
  addAnswer(work, asked);
  expect(keptOf(work.transcript)).toEqual([undefined, undefined, undefined, KEPT]);
  expect(work.transcript[2]).toEqual({ role: 'assistant', content: 'Done', toolCalls: [] });
});

describe('in a run', () => {
  /** What each request's transcript had kept, by turn. */
  const seen: (Json | undefined)[][] = [];
  const create = (store?: (inner: MemoryStore) => MemoryStore) =>
    createHarness({
      ...(store && { store }),
      items: [{ template: 'one' }, { template: 'two' }],
      tools: [timedTool('look', 100, 'seen')],
      decide: async ({ step, turn, transcript }, context) => {
        seen[turn] = keptOf(transcript);
        await context.sleep(10);
        if (step === 3) return { reply: 'Done' };
        return { toolCalls: [{ id: `c${turn}`, name: 'look', args: { turn } }], kept: { ...KEPT, turn } };
      },
    });
  const kept = (turn: number) => ({ ...KEPT, turn });
  const EXPECTED = [
    [],
    [kept(1)],
    [kept(1), kept(2)],
    [undefined, undefined, undefined],
    [undefined, undefined, undefined, kept(4)],
    [undefined, undefined, undefined, kept(4), kept(5)],
  ];

  test('the model sees it until it has replied, and nobody else does', async () => {
    seen.length = 0;
    const harness = create();
    await harness.run();
    expect(seen.slice(1)).toEqual(EXPECTED);
    expect(harness.ofType('agent.decided')).toHaveLength(6);
    expect(JSON.stringify(harness.events)).not.toContain('signed');
    const journal = await harness.memory.journal('run', 'agent/0');
    const decisions = journal.flatMap((record) => (record.type === 'model.done' ? [record.decision.kept] : []));
    expect(decisions).toEqual([kept(1), kept(2), undefined, kept(4), kept(5), undefined]);
  });

  // In the calls of each turn, between two turns, while it is asked for the reply, and after one.
  test.each([50, 150, 110, 225, 280])('it survives a kill after %i ms', async (ms) => {
    seen.length = 0;
    const life = { dead: false };
    const mortal = (inner: MemoryStore): MemoryStore => {
      return { ...inner, append: (...batch) => (life.dead ? new Promise(() => {}) : inner.append(...batch)) };
    };
    const killed = create(mortal);
    void killed.run();
    await killed.clock.sleep(ms);
    life.dead = true;
    killed.clock.stop();

    const harness = create(() => killed.memory);
    const remaining = await findRemaining(killed.memory, 'run', harness.specs);
    harness.clock.skipTo(remaining.storedAt);
    await new Supervisor(harness.env, toGoOn(remaining)).run();
    expect(seen.slice(1)).toEqual(EXPECTED);
    expect(harness.ofType('agent.replied').at(-1)?.reply).toBe('Done');
    expect(JSON.stringify(harness.events)).not.toContain('signed');
  });
});
