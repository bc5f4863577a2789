import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
import { expect, test } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { WiringSpec } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import type { Decide } from '../agent/harness.ts';
import { createWired, type WiredOptions } from './wired-harness.ts';
function recording() {
  const inner = createInMemoryStore();
  const log: [string, unknown[]][] = [];
  const record = (name: string) => ({ value: (...args: unknown[]) => { log.push([name, structuredClone(args.slice(0, 3))]); return (inner as any)[name](...args); } });
  const store = Object.create(inner, { append: record('append'), putNote: record('putNote'), deleteNote: record('deleteNote') }) as typeof inner;
  return { store, log };
}
async function replay(log: [string, unknown[]][], count: number) {
  const disk = createInMemoryStore();
  for (const [name, args] of structuredClone(log.slice(0, count))) await (disk as any)[name](...args);
  return disk;
}
const GROUPS = ['agent', 'b', 'c'];
function scene(seed: number): { scene: WiredOptions; text: string } {
  const random = createRandom(seed);
  const pick = <T,>(list: readonly T[]): T => list[random.int(0, list.length - 1)]!;
  const size = () => random.int(1, 4);
  const counts: Record<string, number> = { agent: size() , b: size() + 1, c: size() };
  const wiring: WiringSpec[] = [];
  for (let n = random.int(1, 3); n > 0; n--) {
    const from = pick(GROUPS);
    const others = GROUPS.filter((g) => g !== from);
    const kind = random.int(0, 4);
    if (kind === 0) wiring.push({ kind: 'pipeline', groups: [from, ...others], ...(random.int(0, 1) && { policy: pick(['round-robin', 'least-busy', 'random', 'same-index'] as const) }) });
    else if (kind === 1) wiring.push({ kind: 'fan-out', from, to: random.int(0, 1) ? [pick(others)] : others, ...(random.int(0, 3) && { gather: pick(GROUPS) }) });
    else if (kind === 2 && counts[from]! > 1) wiring.push({ kind: 'ring', group: from, rounds: random.int(1, 3) });
    else if (kind === 3 && counts[from]! > 1) wiring.push({ kind: 'all-to-all', group: from, rounds: random.int(1, 3) });
    else if (kind === 4) wiring.push({ kind: 'moderator', group: from, members: random.int(0, 1) ? [pick(others)] : others, rounds: random.int(1, 3) });
  }
  const failRate = pick([0, 0, 0.1, 0.3]);
  const group = () => {
    const restart = pick(['temporary', 'transient'] as const);
    const mailbox = process.env.NODROP ? undefined : pick([undefined, undefined, { size: 1, overflow: 'drop-oldest' as const }, { size: 2, overflow: 'drop-oldest' as const, ttlMs: 150 }]);
    return { restart, retries: random.int(0, 2), ...(mailbox && { mailbox }), ...(random.int(0, 2) === 0 && { idleAfterMs: 50 }), observe: { items: [], inbox: true } };
  };
  const decide: Decide = async (request, context) => {
    const { spec, observation } = request;
    const own = createRandom(seed).fork(`${spec.id} ${observation.message?.id ?? observation.text}`);
    await context.sleep(1 + own.int(0, 100));
    if (own.next() < failRate) throw new Error('no');
    return { reply: `${spec.id}` };
  };
  const items = (n: number) => Array.from({ length: n }, (_, i) => ({ template: `item ${i}` }));
  const s: WiredOptions = {
    seed, decide, wiring, count: counts.agent!, items: items(random.int(1, 3)), group: group(),
    supervision: { maxRestarts: 1000, withinMs: 1 },
    others: { b: { count: counts.b!, items: items(random.int(0, 2)), group: group() }, c: { count: counts.c!, items: items(random.int(0, 1)), group: group() } },
  };
  return { scene: s, text: JSON.stringify({ wiring, counts, failRate, g: s.group, o: s.others }) };
}
const line = (e: any) => `${Math.round(e.at)} ${e.type} ${e.agent ?? ''} ${e.message?.id ?? e.letter?.message.id ?? e.observation?.message?.id ?? e.observation?.text ?? ''} ${e.message?.to ?? ''} ${e.letter?.reason ?? e.error?.message ?? ''}`;
const show = (events: readonly any[]) => events.filter((e) => /observed|sent|dead|ended|woken|aside|stalled|restarting|replied/.test(e.type)).map(line).join('\n');
const waits = (run: any) => JSON.stringify(run.ofType('run.stalled').map((e: any) => e.waiting.filter((w: any) => w.for !== 'a message')));
test.runIf(process.env.SEED)('dbg', async () => {
  const { scene: s } = scene(Number(process.env.SEED));
  const { store, log } = recording();
  const first = createWired({ ...s, store: () => store });
  await first.run();
  const disk = await replay(log, Number(process.env.BATCH));
  console.log('FIRST\n' + show(first.events));
  for (const { id } of first.specs) console.log(id, JSON.stringify((await disk.journal('run', id)).map((r: any) => [r.type, r.turn, Math.round(r.at), r.message?.id ?? r.message ?? r.observation?.message?.id ?? ''].join(' '))), JSON.stringify((await disk.snapshot('run', id))?.status));
  const next = createWired({ ...s, store: () => disk, remaining: await findRemaining(disk, 'run', first.specs) });
  console.log('NEXT', await next.run(), '\n' + show(next.events), waits(next));
});
test.skipIf(process.env.SEED)('fuzz', async () => {
  let bad = 0; let total = 0; let msgs = 0; let crashes = 0;
  for (let seed = Number(process.env.FROM); seed <= Number(process.env.TO) && bad < 4; seed++) {
    const { scene: s, text } = scene(seed);
    if (s.wiring.length === 0) continue;
    total++; require('node:fs').appendFileSync('/tmp/lead/w-e2e/seeds', `${seed} ${text.slice(0, 1500)}\n`);
    const { store, log } = recording();
    const run = createWired({ ...s, store: () => store });
    const end = await run.run();
    msgs += run.sent().length;
    if (end !== 'finished') { bad++; console.log('BAD', seed, String(end), text, waits(run)); continue; }
    const step = Math.max(1, Math.floor(log.length / 8));
    for (let batches = seed % step; batches < log.length; batches += step) {
      crashes++; require('node:fs').appendFileSync('/tmp/lead/w-e2e/seeds', `  cut ${batches}\n`);
      const disk = await replay(log, batches);
      const next = createWired({ ...s, store: () => disk, remaining: await findRemaining(disk, 'run', run.specs) });
      const end2 = await Promise.race([next.run(), next.clock.sleep(1e7).then(() => 'endless')]);
      if (end2 !== 'finished') { bad++; console.log('BAD crash', seed, batches, end2, text, waits(next)); break; }
    }
  }
  console.log('total', total, 'msgs', msgs, 'crashes', crashes, 'bad', bad);
  expect(bad).toBe(0);
}, 500000);
