import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ERROR_CODES } from '../../src/base/errors.ts';
import { MISBEHAVIOURS, type Served } from '../model/provider/misbehaviours.ts';
import { startModelServer } from '../model/provider/model-server.ts';
import { startWhole } from './whole-run.ts';

vi.setConfig({ testTimeout: 30_000 });

const AGENTS = 10;
/** By kind: what a whole answer is, and a streamed one. Each has a model of its own, so that none is held up by another's. */
const KINDS = [
  ['no text, no calls', 'MODEL_ANSWER'],
  ['cut off in a call', 'MODEL_ANSWER'],
  ['a content filter', 'MODEL_REFUSED'],
  ['an unknown tool', 'IDENTICAL_CALLS'],
  ['arguments: no JSON', 'IDENTICAL_CALLS'],
  ['2,000 calls', 'MODEL_ANSWER'],
  ['a page', 'MODEL_FAILED'],
  ['cut in the middle', 'MODEL_FAILED'],
  ['stalls in the middle', 'MODEL_TIMEOUT'],
  ['a body without end', 'MODEL_ANSWER'],
] as const;

async function serve({ status = 200, headers = {}, chunks, ending = 'end' }: Served, response: ServerResponse) {
  response.on('error', () => undefined);
  response.writeHead(status, headers);
  response.flushHeaders();
  // As fast as it is read, and no faster.
  const write = (chunk: string | Buffer) =>
    new Promise<void>((resolve) => {
      if (response.destroyed) return resolve();
      response.once('close', resolve);
      response.write(chunk, () => {
        response.off('close', resolve);
        resolve();
      });
    });
  for (const chunk of chunks) await write(chunk);
  if (ending === 'end') response.end();
  else if (ending === 'cut') response.destroy();
  while (ending === 'endless' && !response.destroyed) await write(chunks.at(-1) ?? '');
}

test('a hundred agents whose models answer nonsense all come to an end, each with a reason of ours', async () => {
  const server = await startModelServer((request, response, body) => {
    const kind = KINDS[Number(request.url?.split('/')[1])]?.[0];
    const misbehaviour = MISBEHAVIOURS.find(({ name }) => name === kind);
    if (misbehaviour === undefined) throw new Error(`no misbehaviour ${kind}`);
    void serve(misbehaviour.serve('chat', JSON.parse(body).stream === true ? 'streamed' : 'whole'), response);
  });
  onTestFinished(() => server.close());
  const models = KINDS.map((_, n) => {
    const real = { provider: 'openai-compatible', model: 'm', base_url: `${server.url}/${n}`, api_key: 'none' };
    return [`m${n}`, { ...real, retries: 0, timeout: '2s' }] as const;
  });
  const agents = KINDS.map(
    (_, n) => [`g${n}`, { count: AGENTS, model: `m${n}`, tools: ['search'], observe: 'Hello.' }] as const,
  );
  const whole = await startWhole({
    name: 'nonsense',
    models: Object.fromEntries(models),
    tools: { search: { builtin: 'simulated', parameters: { type: 'object' } } },
    agents: Object.fromEntries(agents),
    memory: { store: 'in-memory' },
    limits: { wall: '15s' },
  });
  // Half of them are watched, and get their answers as streams.
  whole.run.watch((agent) => Number(agent.split('/')[1]) % 2 === 1);
  const summary = await whole.finished;
  expect(summary.agents).toEqual({ total: KINDS.length * AGENTS, done: 0, failed: KINDS.length * AGENTS, stopped: 0 });
  for (const [n, [kind, code]] of KINDS.entries()) {
    const ended = whole.all('agent.ended').filter(({ agent }) => agent.startsWith(`g${n}/`));
    expect(new Set(ended.map(({ error }) => error?.code)), kind).toEqual(new Set([code]));
    for (const { error } of ended) {
      expect(Object.keys(ERROR_CODES)).toContain(error?.code);
      expect(error?.message.length).toBeGreaterThan(20);
      expect(error?.message).not.toMatch(/undefined|\[object/);
    }
  }
  expect(summary.loopDelayMs.p99).toBeLessThan(1_000);
  // An answer that is told what is wrong with it has two more tries.
  expect(summary.corrections).toBe(2 * AGENTS * KINDS.filter(([kind]) => /no text|cut off|2,000/.test(kind)).length);
});
