import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MailboxSpec, Message, Overflow } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import type { Decide } from '../agent/harness.ts';
import { mailTool, say, type TalkOptions, talk } from './talk.ts';
import { upTo } from './wired-harness.ts';

const OVERFLOWS: readonly Overflow[] = ['block', 'drop-oldest', 'reject', 'spill'];

interface Chaos {
  readonly seed: number;
  readonly count: number;
  readonly size: number;
  readonly overflow: Overflow;
  readonly restart: 'temporary' | 'transient';
  readonly idleAfterMs: number | undefined;
}

const chaos = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  count: fc.integer({ min: 2, max: 5 }),
  size: fc.integer({ min: 1, max: 4 }),
  overflow: fc.constantFrom(...OVERFLOWS),
  restart: fc.constantFrom('temporary' as const, 'transient' as const),
  idleAfterMs: fc.constantFrom(undefined, 20, 200),
});

/**
 * Agents that do with whatever they hear, and as often as its depth allows, something that chance decides: the same for the
 * same text, in whichever life of the run.
 */
function toOptions({ seed, count, size, overflow, restart, idleAfterMs }: Chaos): TalkOptions {
  const decide: Decide = async ({ spec, observation, transcript }, context) => {
    const asked = transcript.findLast(({ role }) => role === 'user')?.content ?? '';
    const heard = observation.kind === 'results' ? asked : observation.text;
    const random = createRandom(seed).fork(`${spec.id} ${observation.kind === 'results'} ${heard}`);
    await context.sleep(random.int(0, 50));
    const depth = Number(/depth (\d)/.exec(heard)?.[1] ?? 3);
    if (observation.kind === 'results' || depth === 0) {
      if (random.next() < 0.1) throw new Error('no idea');
      return { reply: `${random.int(1, 9)} is what ${spec.id} says` };
    }
    const to = `agent/${random.int(0, count - 1)}`;
    const body = `depth ${depth - 1} number ${random.int(0, 1e6)}`;
    const acts = [
      say('ask', { to, body }),
      say('ask', { to, body }),
      say('send', { to, body }),
      say('give', { task: body }),
      say('auction', { task: body }),
      say('publish', { topic: 't', body }),
      say('subscribe', { topic: 't' }),
      say('unsubscribe', { topic: 't' }),
      say('handoff', { to, note: body }),
      { reply: 'nothing more' },
    ];
    return acts[random.int(0, acts.length - 1)] ?? {};
  };
  const mailbox: MailboxSpec = { size, overflow };
  return {
    seed,
    count,
    items: [{ template: 'one' }, { template: 'two' }],
    group: {
      observe: { items: [], inbox: true },
      mailbox,
      restart,
      retries: 1,
      subscribe: ['t'],
      ...(idleAfterMs !== undefined && { idleAfterMs }),
    },
    supervision: { maxRestarts: 1_000 },
    tools: [
      mailTool('delegate', { to: ['agent'], wait: true, policy: 'random', timeoutMs: 30_000 }, 'give'),
      mailTool('delegate', { to: ['agent'], wait: true, policy: 'auction', timeoutMs: 30_000 }, 'auction'),
    ],
    by: { agent: decide },
  };
}

const key = ({ id }: Pick<Message, 'id'>) => id;

describe('whatever agents say to each other', () => {
  test('the run ends, every message is observed once or a dead letter, and nobody waits any more', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(chaos, async (given) => {
        const it = talk(toOptions(given));
        expect(await Promise.race([it.run(), it.clock.sleep(3_600_000).then(() => 'never')])).toBe('finished');
        const sent = it.ofType('message.sent').flatMap(({ message }) => (message.kind === 'reply' ? [] : [message]));
        const observed = it.ofType('agent.observed').flatMap(({ observation: { message } }) => message ?? []);
        const dead = it.ofType('message.dead').map(({ letter }) => letter.message);
        const ids = new Set(sent.map(key));
        expect(ids.size).toBe(sent.length);
        if (given.restart === 'temporary') expect(new Set(observed.map(key)).size).toBe(observed.length);
        const gone = new Set([...observed, ...dead].map(key));
        expect([...ids].filter((id) => !gone.has(id))).toEqual([]);
        expect(it.office.asks.size).toBe(0);
        expect(it.ofType('run.stalled')).toEqual([]);
        for (const { to } of sent) expect(it.office.mailboxes.lengthOf(to)).toBe(0);
      }),
      { numRuns: 80 },
    );
  });

  test('two runs with the same seed are the same', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(chaos, async (given) => {
        const log = async () => {
          const it = talk(toOptions(given));
          await it.run();
          return JSON.stringify(it.events);
        };
        expect(await log()).toBe(await log());
      }),
      { numRuns: 20 },
    );
  });

  test('a crash at any write loses nothing, and the run ends', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(chaos, fc.integer({ min: 0, max: 60 }), async (given, writes) => {
        const options = toOptions(given);
        const disk = createInMemoryStore();
        const killed = talk({ ...options, store: () => upTo(disk, writes).store });
        await Promise.race([killed.run(), killed.clock.sleep(3_600_000)]);
        killed.clock.stop();
        const remaining = await findRemaining(disk, 'run', killed.specs);
        const next = talk({ ...options, store: () => disk, remaining });
        next.clock.skipTo(remaining.storedAt);
        expect(await Promise.race([next.run(), next.clock.sleep(36_000_000).then(() => 'never')])).toBe('finished');
        expect(next.office.asks.size).toBe(0);
        for (const { id } of next.specs) {
          const journal = await disk.journal('run', id);
          const received = journal.flatMap((record) => (record.type === 'received' ? [record.message.id] : []));
          expect(new Set(received).size).toBe(received.length);
          const taken = new Map<string, number>();
          for (const record of journal) {
            if (record.type !== 'observed') continue;
            const { turn, observation } = record;
            const { message } = observation;
            if (message === undefined) continue;
            // A turn that was cut short before its decision observes it again.
            expect(taken.get(message.id) ?? turn).toBe(turn);
            taken.set(message.id, turn);
          }
          const letters = new Set(
            (await findRemaining(disk, 'run', next.specs)).letters.map(({ message }) => message.id),
          );
          expect(received.filter((one) => !taken.has(one) && !letters.has(one))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
