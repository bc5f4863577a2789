import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { useCli } from '../cli/cli-process.ts';
import { connectTo, toSocketUrl } from '../monitor/server/socket-client.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ORDERS, startLeaky, writeLeaky } from './leaky-world.ts';
import { findLeaks, plantSecrets } from './planted-secrets.ts';
import { startWhole } from './whole-run.ts';

vi.setConfig({ testTimeout: 40_000 });

const cli = useCli();
const { environment, dotenv } = plantSecrets();
const secrets = { ...environment, ...dotenv };

afterEach(() => void vi.unstubAllEnvs());

async function setUp(more: Parameters<typeof writeLeaky>[2] = []) {
  const server = await startLeaky();
  onTestFinished(() => server.close());
  const folder = temporaryFolder();
  return {
    folder,
    file: writeLeaky(folder, server.url, more),
    data: join(folder, 'data'),
    in: (name: string) => join(folder, name),
  };
}

function setEnvironment(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
}

/** What each agent's model wrote while it was watched, put together. */
function joinStreamed(events: readonly any[]): string {
  const texts: Record<string, string> = {};
  for (const { type, agent, turn, text } of events) {
    if (type === 'agent.streamed') texts[`${agent} ${turn}`] = (texts[`${agent} ${turn}`] ?? '') + text;
  }
  return Object.values(texts).join('\n');
}

test('there are fifty of them, and they would be found', () => {
  expect(new Set(Object.values(secrets)).size).toBe(50);
  for (const [name, value] of Object.entries(secrets)) {
    for (const text of [value, JSON.stringify({ a: JSON.stringify(value) }), `?a=${encodeURIComponent(value)}`]) {
      const leaks = findLeaks(secrets, { text });
      expect(leaks.map((leak) => leak.split(': ')[1])).toEqual([name, 'the beginning of one']);
    }
  }
});

test('a run from the command line: files, log, terminal, memory and monitor hold none of them', async () => {
  const { file, data, in: at } = await setUp([{ call: 'leak', args: { way: 'stray' } }]);
  setEnvironment(environment);
  const quote = (value: string) => `'${value}'`;
  writeFileSync(
    at('.env'),
    Object.entries(dotenv)
      .map(([name, value]) => `${name}=${quote(value)}\n`)
      .join(''),
  );
  const [events, out, record] = [at('events.jsonl'), at('out.jsonl'), at('tape.jsonl')];
  const files = ['--events', events, '--out', out, '--record', record, '--data', data];
  const how = ['--monitor', '0', '--hold', '--json', '--log-level', 'trace', '--stream'];
  const run = cli.start('run', file, ...files, ...how);
  await run.says('Monitor: http');
  const url = /Monitor: (\S+)/.exec(run.text.stderr)?.[1] ?? '';
  const client = await connectTo(toSocketUrl(url, '/ws'));
  const agents = ORDERS.map((_, n) => `talker/${n}`).concat('sink/0', `talker/${ORDERS.length}`);
  for (const topic of ['fleet', 'log', 'charts'] as const) client.send({ type: 'subscribe', topic });
  for (const agent of agents) client.send({ type: 'subscribe', topic: 'agent', agent });
  await run.says('The monitor stays');
  // Also who comes later and looks back.
  const late = await connectTo(toSocketUrl(url, '/ws'));
  await late.ask({ type: 'get', topic: 'log', limit: 1_000 });
  for (const agent of agents) await late.ask({ type: 'get', topic: 'agent', agent, limit: 5_000 });
  const inspected = await connectTo(toSocketUrl(url, '/inspect'));
  await inspected.until(() => true);
  run.kill('SIGINT');
  const { stdout, stderr } = await run.ended;

  const lines = readFileSync(events, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const places = {
    events: readFileSync(events),
    streamed: joinStreamed(lines),
    out: readFileSync(out),
    tape: readFileSync(record),
    stdout,
    stderr,
    memory: readFileSync(join(data, 'data.mdb')),
    monitor: JSON.stringify(client.messages),
    'monitor, streamed': joinStreamed(client.messages.flatMap((message) => message.events ?? [])),
    'monitor, later': JSON.stringify(late.messages),
    inspected: JSON.stringify(inspected.messages),
  };
  expect(findLeaks(secrets, places)).toEqual([]);
  // All of that was tried.
  const told = places.events.toString();
  for (const way of [
    'plain',
    'text',
    'names',
    'thrown',
    'log',
    'note',
    'message',
    'stderr',
    'notified',
    'server',
    'http server',
  ]) {
    expect(told, way).toContain(`LEAK ${way}`);
  }
  for (const way of ['page', 'model', 'error', 'reply']) expect(told, way).toContain(`LEAK ${way}`);
  expect(stderr).toContain('Thrown outside any call, and left alone: LEAK thrown');
  for (const [place, content] of Object.entries(places)) {
    if (place !== 'stdout' && place !== 'inspected') expect(String(content), place).toContain('[redacted]');
  }
});

test('a run from code: its events, summary, memory and tape hold none of them', async () => {
  const { file, data, in: at } = await setUp();
  setEnvironment(secrets);
  const whole = await startWhole(file, { data, record: at('tape.jsonl') });
  const end = whole.run.watch(() => true);
  const summary = await whole.finished;
  end();
  const journal = await whole.run.journal('talker/0');
  await whole.run.close();
  const places = {
    events: JSON.stringify(whole.events),
    streamed: joinStreamed(whole.events),
    summary: JSON.stringify(summary),
    journal: JSON.stringify(journal),
    tape: readFileSync(at('tape.jsonl')),
    memory: readFileSync(join(data, 'data.mdb')),
  };
  expect(findLeaks(secrets, places)).toEqual([]);
  expect(places.events).toContain('LEAK plain');
  expect(places.memory.includes('LEAK note')).toBe(true);
});

test('a rehearsal, in which a module still does what it does, holds none of them', async () => {
  const { folder, data } = await setUp();
  setEnvironment(secrets);
  const list = ['plain', 'text', 'throw', 'log'].map((way) => ({ way }));
  const call = [{ leak: { way: '{{ row.way }}' } }];
  const whole = await startWhole(
    {
      name: 'rehearsed',
      models: { m: { rules: [{ on: 'observation', call }, { reply: '{{ observation.text }}' }] } },
      tools: { leak: { module: join(folder, 'tools.ts') } },
      agents: { a: { list, model: 'm', tools: ['leak'], observe: 'Leak.' } },
    },
    { data, virtual: true },
  );
  await whole.finished;
  const places = { events: JSON.stringify(whole.events), memory: readFileSync(join(data, 'data.mdb')) };
  expect(findLeaks(secrets, places)).toEqual([]);
  expect(places.events).toContain('LEAK plain');
});

test('what keeps a run from starting says none of them', async () => {
  const { folder, data, in: at } = await setUp();
  setEnvironment(secrets);
  writeFileSync(
    at('bad.ts'),
    `throw new Error('LEAK loaded ' + process.env.NAMED_1_TOKEN + JSON.stringify([process.env.NAMED_2_SECRET]));`,
  );
  writeFileSync(
    at('bad.cjs'),
    `console.error('LEAK started ' + 'x'.repeat(260) + JSON.stringify([process.env.ONE, process.env.TWO])); process.exit(4);`,
  );
  const env = { ONE: '${FILLED_3}', TWO: '${FILLED_9}' };
  const tools = [{ module: at('bad.ts') }, { mcp: { command: process.execPath, args: [at('bad.cjs')], env } }];
  for (const [index, tool] of tools.entries()) {
    const scenario = {
      name: 'bad',
      models: { m: { rules: [{ reply: 'x' }] } },
      tools: { tool },
      agents: { a: { count: 1, model: 'm', tools: ['tool'], observe: 'x' } },
    };
    const file = join(folder, `bad${index}.json`);
    writeFileSync(file, JSON.stringify(scenario));
    const error: Error = await startWhole(file, { data }).then(
      () => expect.fail('it started'),
      (thrown) => thrown,
    );
    const { status, stdout, stderr } = await cli.run('run', file, '--data', data, '--monitor', 'off');
    expect(status).toBe(2);
    expect(findLeaks(secrets, { message: error.message, stdout, stderr })).toEqual([]);
    expect(error.message).toContain(index === 0 ? 'LEAK loaded' : 'LEAK started');
    expect(stderr).toContain('[redacted]');
  }
});
