import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { type CliProcess, useCli } from './cli-process.ts';
import { writeExample } from './example.ts';

const cli = useCli();

/** Clerks that answer what is pushed to them; one that is asked something slow takes an hour. */
const desk = {
  models: {
    clerk: { latency: '5ms', rules: [{ reply: 'You said {{ observation.text }}.' }] },
    slow: { latency: '1h', rules: [{ reply: 'At last.' }] },
  },
  tools: {},
  sources: { desk: { http: true, to: 'clerk' }, slow: { http: true, to: 'slow' } },
  agents: {
    clerk: { count: 1, model: 'clerk' },
    slow: { count: 1, model: 'slow', limits: { wall: '2h' }, mailbox: { size: 1 } },
  },
  expect: [],
};

function setUp(changes: object = {}) {
  const folder = temporaryFolder();
  return { data: join(folder, 'data'), file: writeExample(folder, { ...desk, ...changes }) };
}

/** Pushing to a process, by the address that it has printed. */
async function addressOf(process: CliProcess) {
  await process.says('Such as: curl ');
  const [, address] = /Monitor: (\S+)\n/.exec(process.text.stderr) ?? [];
  const { origin, searchParams } = new URL(address!);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const read = async (response: Response) => ({ status: response.status, body: (await response.json()) as any });
  return {
    post: async (name: string, body: object, more = {}) =>
      read(
        await fetch(`${origin}/observe/${name}`, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { ...headers, 'content-type': 'application/json', ...more },
        }),
      ),
    get: async (path: string) => read(await fetch(origin + path, { headers })),
  };
}

const OPTIONS = ['--monitor', '0', '--monitor-control'];

describe('troupe run', { timeout: 60_000 }, () => {
  test('prints where to push, and a command that does it', async () => {
    const { data, file } = setUp();
    const run = cli.start('run', file, '--data', data, ...OPTIONS);
    await run.says('Such as: curl ');
    const [, command] = /Such as: (curl .*)\n/.exec(run.text.stderr) ?? [];
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -s`]);
    expect(JSON.parse(stdout)).toMatchObject({ source: 'desk', status: 'done', reply: 'You said Hello..' });
    run.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
  });

  test.each([
    [['--monitor', '0'], 'that needs --monitor-control'],
    [['--monitor', 'off'], 'there is no monitor'],
  ])('with %j says that nothing can be pushed', async (options, why) => {
    const { data, file } = setUp();
    const run = cli.start('run', file, '--data', data, ...options);
    await run.says(`Nothing can be pushed to sources "desk", "slow": ${why}.`);
    run.kill('SIGINT');
    await run.ended;
  });

  test.each([
    'sync',
    'async',
  ])('that is killed has lost nothing it has accepted, with --durability %s', async (durability) => {
    const { data, file } = setUp();
    const first = cli.start('run', file, '--data', data, '--durability', durability, ...OPTIONS);
    const before = await addressOf(first);
    const answered = await before.post('desk', { text: 'a', id: 'a' }, { prefer: 'wait=20' });
    expect(answered.body).toMatchObject({ status: 'done', reply: 'You said a.' });
    // One that is being worked on, one in the mailbox, and two that wait for room there.
    const accepted = [];
    for (const id of ['w', 'x', 'y', 'z'])
      accepted.push((await before.post('slow', { text: id, id, user: 'u' })).status);
    expect(accepted).toEqual([202, 202, 202, 202]);
    // What is not on disk by then may be lost, and nothing else.
    if (durability === 'async') await new Promise((resolve) => setTimeout(resolve, 250));
    first.kill('SIGKILL');
    await first.ended;

    const second = cli.start('resume', '--last', '--data', data, ...OPTIONS);
    const after = await addressOf(second);
    expect((await after.get('/observe/desk/a')).body).toEqual({
      id: 'a',
      source: 'desk',
      status: 'done',
      agent: 'clerk/0',
      reply: 'You said a.',
      turns: 1,
    });
    expect((await after.post('desk', { text: 'a', id: 'a' })).body).toMatchObject({
      status: 'done',
      reply: 'You said a.',
    });
    expect((await after.post('desk', { text: 'b', id: 'a' })).status).toBe(409);
    const statuses = [];
    for (const id of ['w', 'x', 'y', 'z']) {
      expect((await after.get(`/observe/slow/${id}`)).status).toBe(404);
      const { body } = await after.post('slow', { text: id, id, user: 'u' });
      statuses.push([body.id, body.status]);
    }
    expect(statuses).toEqual([
      ['w', 'working'],
      ['x', 'waiting'],
      ['y', 'waiting'],
      ['z', 'waiting'],
    ]);
    second.kill('SIGKILL');
    await second.ended;
  });
});
