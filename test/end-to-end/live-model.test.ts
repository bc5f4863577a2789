import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { useCli } from '../cli/cli-process.ts';
import { startMock } from '../model/provider/aimock.ts';
import { startModelServer } from '../model/provider/model-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

vi.setConfig({ testTimeout: 30_000 });

const file = join(import.meta.dirname, '../../scenarios/live-model.yaml');
const rows: { question: string; expression: string; unit: string }[] = parse(readFileSync(file, 'utf8')).agents
  .estimator.list;
const cli = useCli();

afterEach(() => void vi.unstubAllEnvs());

/** Runs the scenario as it is, in a process that knows the server by its environment alone. */
async function runLive(address: string, { key = '', more = [] as string[] } = {}) {
  vi.stubEnv('OPENAI_BASE_URL', address);
  vi.stubEnv('OPENAI_MODEL', 'llama3.2');
  vi.stubEnv('OPENAI_API_KEY', key);
  const data = join(temporaryFolder(), 'data');
  const ended = await cli.run('run', file, '--data', data, '--monitor', 'off', '--json', ...more);
  return { ...ended, all: ended.stdout + ended.stderr };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the shipped scenario runs unchanged at any endpoint that speaks the protocol', async () => {
  const mock = await startMock();
  onTestFinished(() => mock.stop());
  mock.on({}, ({ messages }) => {
    const question = String(messages.filter(({ role }) => role === 'user').at(0)?.content);
    const row = rows.find((one) => question.includes(one.question));
    if (row === undefined) throw new Error(`unknown question ${question}`);
    const last = messages.at(-1);
    if (last?.role !== 'tool') {
      const args = JSON.stringify({ expression: String(row.expression) });
      return { toolCalls: [{ name: 'calculate', arguments: args }] };
    }
    const { value } = JSON.parse(String(last.content));
    return { content: JSON.stringify({ answer: value, unit: row.unit, because: 'It was calculated.' }) };
  });
  const out = join(temporaryFolder(), 'results.jsonl');
  const { status, stdout, stderr } = await runLive(`${mock.url}/v1`, { more: ['--out', out] });
  expect(status, stderr).toBe(0);
  const summary = JSON.parse(stdout);
  expect(summary.expectations.map(({ pass }: { pass: boolean }) => pass)).toEqual([true, true, true]);
  expect(summary).toMatchObject({ status: 'done', agents: { done: 10 }, modelCalls: 20, corrections: 0 });
  expect(summary.costUsd).toBeGreaterThan(0);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  const replies = lines.map((line) => JSON.parse(JSON.parse(line).reply ?? 'null')).filter((reply) => reply !== null);
  expect(new Set(replies.map(({ answer }) => answer))).toContain(366 * 24 * 3600);
  expect(replies.map(({ unit }) => unit).sort()).toEqual(rows.map(({ unit }) => unit).sort());
  // The name of the model is in the environment, and is no secret.
  expect(mock.getRequests().every(({ body }) => (body as any).model === 'llama3.2')).toBe(true);
});

test('without a server it ends with 1 and says that there is none', async () => {
  // With retries it would wait for the server to come back, for as long as an observation may take.
  const more = ['--set', 'models.estimator.retries=0'];
  const { status, all } = await runLive(`http://127.0.0.1:${await closedPort()}/v1`, { more });
  expect(status).toBe(1);
  expect(all).toMatch(/MODEL_FAILED: Cannot get an answer from model "estimator": .*connect/i);
  expect(all).not.toMatch(/^\s+at /m);
});

test('a server that stays away ends the observations when their time is over', async () => {
  const more = ['--set', 'agents.estimator.limits.wall=2s'];
  const { status, all, stdout } = await runLive(`http://127.0.0.1:${await closedPort()}/v1`, { more });
  expect(status).toBe(1);
  expect(all).toContain('WALL_LIMIT');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', agents: { failed: 10 } });
});

test('an address that is none is refused before anything starts', async () => {
  const { status, stderr, stdout } = await runLive('127.0.0.1:11434');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Cannot use model "estimator": its base_url is no address of a server');
});

test('a wrong key ends it with 1, names the variable, and is not printed', async () => {
  const key = 'sk-wrong-0123456789abcdefghij';
  const asked: unknown[] = [];
  const server = await startModelServer(({ headers }, response) => {
    asked.push(headers.authorization);
    const message = `Incorrect API key provided: ${key}. You sent ${headers.authorization}.`;
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } }));
  });
  onTestFinished(() => server.close());
  const folder = temporaryFolder();
  const [events, record] = [join(folder, 'events.jsonl'), join(folder, 'tape.jsonl')];
  const more = ['--events', events, '--record', record, '--log-level', 'trace'];
  const { status, all } = await runLive(`${server.url}/v1`, { key, more });
  expect(status).toBe(1);
  // In what the report shows of a failure, too.
  expect(all).toMatch(/MODEL_FAILED: .*HTTP 401, check OPENAI_API_KEY: /);
  for (const text of [all, readFileSync(events, 'utf8'), readFileSync(record, 'utf8')]) {
    expect(text).toContain('Incorrect API key');
    expect(text).not.toContain(key);
  }
  // It will not get better: each agent has asked once.
  expect(asked).toEqual(Array(10).fill(`Bearer ${key}`));
});
