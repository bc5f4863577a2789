import { describe, expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { ChatMessage, Durability } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { type Decide, SUPERVISION, toGoOn } from '../agent/harness.ts';
import { mailTool, say, slowly, type TalkOptions, talk, useOnce } from './talk.ts';

/** More than any of these takes. */
const WRITES_MAX = 60;

/** A store that takes so many writes, and then nothing more: what a crash leaves behind. */
function stopping(inner: MemoryStore, writes: number) {
  const state = { left: writes };
  const lost = new Promise<never>(() => {});
  const store: MemoryStore = {
    ...inner,
    append: (...args) => (state.left-- > 0 ? inner.append(...args) : lost),
    putNote: (...args) => (state.left-- > 0 ? inner.putNote(...args) : lost),
    deleteNote: (...args) => (state.left-- > 0 ? inner.deleteNote(...args) : lost),
  };
  return { store, state };
}

/** One life of a run, until its end or for a minute. @returns Whether it has crashed. */
async function live(memory: MemoryStore, options: TalkOptions, writes: number): Promise<boolean> {
  const { store, state } = stopping(memory, writes);
  const it = talk({ ...options, store: () => store });
  const remaining = await findRemaining(memory, 'run', it.specs);
  it.clock.skipTo(remaining.storedAt);
  const end = new Promise((resolve) => {
    const supervisor = new Supervisor(it.env, toGoOn(remaining, SUPERVISION, it.specs));
    const env = it.env as { mailroom: unknown; idle: unknown; isDraining: unknown; park: unknown };
    Object.defineProperty(env, 'mailroom', { value: supervisor.office });
    env.idle = (agent: string) => supervisor.idle(agent);
    env.isDraining = () => supervisor.isDraining;
    env.park = (agent: string) => supervisor.park(agent);
    void supervisor.run().then(resolve);
  });
  await Promise.race([end, it.clock.sleep(3_600_000)]);
  it.clock.stop();
  return state.left < 0;
}

async function transcripts(memory: MemoryStore, agents: readonly string[]) {
  const all: Record<string, readonly ChatMessage[]> = {};
  for (const agent of agents) all[agent] = await memory.transcript('run', agent);
  return all;
}

const answer: Decide = ({ spec, observation }) => ({ reply: `${spec.id} heard ${observation.text}` });
const handing: Decide = ({ observation }) =>
  observation.kind === 'results' ? { reply: 'never' } : say('handoff', { to: 'c', note: 'please' });

const CASES: Record<string, Omit<TalkOptions, 'durability'>> = {
  'an ask': { others: { b: {} }, by: { agent: useOnce('ask', { to: 'b', body: 'how' }), b: slowly(10, answer) } },
  'an ask of one who asks in turn': {
    others: { b: {}, c: {} },
    by: {
      agent: useOnce('ask', { to: 'b', body: 'how' }),
      b: slowly(10, useOnce('ask', { to: 'c', body: 'and you' })),
      c: slowly(10, answer),
    },
  },
  'a message': { others: { b: {} }, by: { agent: useOnce('send', { to: 'b', body: 'hi' }), b: slowly(10, answer) } },
  'a message to all': {
    others: { b: { count: 3, group: { subscribe: ['t'] } } },
    by: { agent: useOnce('publish', { topic: 't', body: 'news' }), b: slowly(10, answer) },
  },
  'a task': {
    tools: [mailTool('delegate', { to: ['b'], wait: true }, 'give')],
    others: { b: { count: 3 } },
    by: { agent: useOnce('give', { task: 'dig' }), b: slowly(10, answer) },
  },
  'an ask of one who ends its life with the answer': {
    others: { b: {} },
    by: {
      agent: useOnce('ask', { to: 'b', body: 'how' }),
      b: slowly(10, () => say('finish', { reply: 'bye' })),
    },
  },
  'an ask of one who gives up on it': {
    others: { b: { group: { restart: 'transient', retries: 1 } } },
    by: {
      agent: useOnce('ask', { to: 'b', body: 'how' }),
      b: slowly(10, () => Promise.reject(new Error('no idea'))),
    },
  },
  'a task that is auctioned off': {
    tools: [mailTool('delegate', { to: ['b'], policy: 'auction', wait: true }, 'give')],
    others: { b: { count: 3 } },
    by: {
      agent: useOnce('give', { task: 'dig' }),
      b: slowly(10, ({ spec, observation }) => ({
        reply: observation.text.startsWith('Bid') ? `${3 - spec.index}` : `${spec.id} dug`,
      })),
    },
  },
  'a topic that is subscribed to': {
    others: { b: { items: [{ template: 'join' }] } },
    by: {
      agent: slowly(50, useOnce('publish', { topic: 't', body: 'news' })),
      b: slowly(10, ({ observation }) =>
        observation.text === 'join' ? say('subscribe', { topic: 't' }) : { reply: `heard ${observation.text}` },
      ),
    },
  },
  'a conversation that is handed over': {
    others: { b: {}, c: {} },
    by: { agent: useOnce('ask', { to: 'b', body: 'how' }), b: slowly(10, handing), c: slowly(10, answer) },
  },
};

describe.each(Object.entries(CASES))('%s', (_, given) => {
  test.each<Durability>([
    'async',
    'sync',
  ])('a crash at any write, durability %s: everything arrives, and nothing twice', {
    timeout: 60_000,
  }, async (durability) => {
    const options = { ...given, durability };
    const whole = createInMemoryStore();
    expect(await live(whole, options, Number.POSITIVE_INFINITY)).toBe(false);
    const agents = talk(options).specs.map(({ id }) => id);
    const expected = await transcripts(whole, agents);
    let crashes = 0;
    for (let writes = 0; writes < WRITES_MAX; writes++) {
      const memory = createInMemoryStore();
      if (!(await live(memory, options, writes))) break;
      crashes++;
      await live(memory, options, Number.POSITIVE_INFINITY);
      expect({ writes, ...(await transcripts(memory, agents)) }).toEqual({ writes, ...expected });
      for (const agent of agents) {
        expect(await memory.snapshot('run', agent), `${agent} after ${writes} writes`).toMatchObject({
          status: 'done',
        });
      }
    }
    expect(crashes).toBeGreaterThan(4);
  });
});
