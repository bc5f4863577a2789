import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { useCli } from './cli-process.ts';
import { writeExample } from './example.ts';

const cli = useCli();
const scenarios = join(import.meta.dirname, '../../scenarios');

/** Ten agents of three observations each: long enough to be interrupted, and soon over. */
const slow = {
  models: { clerk: { latency: '150ms', rules: [{ reply: 'Done.' }] } },
  tools: {},
  agents: { clerk: { count: 10, model: 'clerk', observe: ['first', 'second', 'third'] } },
  expect: ['agents.done == 10'],
};
/** One agent that thinks longer than anybody waits. */
const endless = {
  ...slow,
  models: { clerk: { latency: '1h', rules: [{ reply: 'Done.' }] } },
  agents: { clerk: { count: 1, model: 'clerk', observe: 'x', limits: { wall: '2h' } } },
  expect: [],
};

function setUp(changes: object = {}) {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  return { folder, data, file: writeExample(folder, changes) };
}

describe('usage', { timeout: 30_000 }, () => {
  const { version } = JSON.parse(readFileSync(join(scenarios, '../package.json'), 'utf8')) as { version: string };

  test.each([
    ['the version', ['--version'], new RegExp(`^${version.replaceAll('.', '\\.')}\n$`)],
    ['the commands', ['--help'], /run .*\n[\s\S]*simulate [\s\S]*resume [\s\S]*validate [\s\S]*runs [\s\S]*show /],
    ['the options of a command', ['run', '--help'], /--events <file>[\s\S]*--durability <how>/],
  ])('shows %s, and gives 0', async (_, args, expected) => {
    const { status, stdout, stderr } = await cli.run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(expected);
  });

  test.each([
    ['no command', [], 'Usage: troupe'],
    ['an unknown command', ['perform'], "troupe: unknown command 'perform'"],
    ['a command that is nearly right', ['simulte'], '(Did you mean simulate?)'],
    ['an unknown option', ['run', 'x.yaml', '--sed', '1'], "troupe: unknown option '--sed'"],
    ['no file', ['run'], "troupe: missing required argument 'file'"],
    ['too many arguments', ['runs', 'x'], 'troupe: too many arguments'],
    ['a seed that is none', ['run', 'x.yaml', '--seed', '-1'], 'A seed is a whole number of 0 or more.'],
    ['a size that is none', ['runs', '--prune', '--keep-bytes', '5'], 'Expected a size such as 500MB or 2GB.'],
    ['a count that is none', ['runs', '--prune', '--keep-runs', '-1'], 'Expected a whole number of 0 or more.'],
    ['a limit that removes nothing', ['runs', '--keep-days', '1.5'], 'Cannot use --keep-days without --prune'],
    ['a durability that is none', ['run', 'x.yaml', '--durability', 'never'], 'Allowed choices are async, sync.'],
  ])('%s gives 2 and says so', async (_, args, expected) => {
    const { status, stdout, stderr } = await cli.run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('what cannot be done gives 2, one clear message and no stack trace', { timeout: 30_000 }, () => {
  async function refusal(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await cli.run(...args);
    expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toMatch(/^\s+at |fault in troupe/m);
    return stderr;
  }

  test('a file that is not there', async () => {
    const file = join(temporaryFolder(), 'missing.yaml');
    for (const command of ['run', 'simulate']) {
      expect(await refusal(command, file)).toBe(`${file}: cannot be opened: it does not exist\n`);
    }
  });

  test('a broken scenario, a line for each problem', async () => {
    const { data, file } = setUp({ colour: 'red', expect: ['agents.dne == 3'] });
    const lines = (await refusal('run', file, '--data', data)).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).toMatch(/:\d+:\d+: colour: unknown key "colour"[\s\S]*|expect\.0: .*agents\.done/);
  });

  test('a data directory that is a file', async () => {
    const { file } = setUp();
    expect(await refusal('run', file, '--data', file)).toMatch(`Cannot open "${file}": `);
  });

  test('runs that are not there, or more than one', async () => {
    const { data, file } = setUp();
    expect(await refusal('show', 'last', '--data', data)).toBe(`Cannot find run "last": "${data}" does not exist\n`);
    for (const seed of ['1', '2']) await cli.run('simulate', file, '--data', data, '--seed', seed);
    expect(await refusal('show', 'nothing', '--data', data)).toContain(`"troupe runs --data ${data}" lists them`);
    expect(await refusal('show', 'sim-', '--data', data)).toMatch(/it may be sim-\w{8}, sim-\w{8}\n/);
    expect(await refusal('show', 'last', 'clerk/9', '--data', data)).toContain('Cannot show "clerk/9": ');
  });

  test('a second process on a data directory in use', async () => {
    const { data, file } = setUp(endless);
    const first = cli.start('run', file, '--data', data, '--log-level', 'debug');
    await first.says('agent.started');
    expect(await refusal('run', file, '--data', data)).toMatch(
      new RegExp(`^Cannot open "${data}": process \\d+ is using it\n$`),
    );
    first.kill('SIGKILL');
    await first.ended;
  });
});

describe('a rehearsal', { timeout: 30_000 }, () => {
  test('gives 0 when expectations are met, and 1 when not', async () => {
    const { data, file } = setUp();
    const [met, unmet] = await Promise.all([
      cli.run('simulate', file, '--data', data),
      cli.run('simulate', file, '--data', `${data}2`, '--set', 'agents.clerk.count=4'),
    ]);
    expect([met.status, unmet.status]).toEqual([0, 1]);
    expect(unmet.stdout).toContain('unmet  agents.done == 3    agents.done = 4');
  });

  test('with --json writes one line to standard output', async () => {
    const { data, file } = setUp();
    const { status, stdout, stderr } = await cli.run('simulate', file, '--data', data, '--json');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'example', status: 'done', agents: { done: 3 } });
    expect(stderr).toContain('example  done');
  });

  test('writes the same events, byte for byte, with the same seed', async () => {
    const folder = temporaryFolder();
    const file = join(scenarios, 'anomaly-triage.yaml');
    const write = async (name: string, seed: string): Promise<string> => {
      const path = join(folder, name);
      const set = ['--set', 'agents.analyst.count=20', '--set', 'expect=[]'];
      const options = ['--events', path, '--seed', seed, '--data', join(folder, `data-${name}`), ...set];
      expect(await cli.run('simulate', file, ...options)).toMatchObject({ status: 0 });
      return readFileSync(path, 'utf8');
    };
    const [first, second, other] = await Promise.all([write('a', '1'), write('b', '1'), write('c', '2')]);
    expect(first.length).toBeGreaterThan(10_000);
    expect(second).toBe(first);
    expect(other.split('\n').slice(1)).not.toEqual(first.split('\n').slice(1));
  });

  test('over several seeds has a line for each', async () => {
    const { data, file } = setUp();
    const { status, stdout } = await cli.run('simulate', file, '--seeds', '1..3', '--data', data);
    expect(status).toBe(0);
    expect(stdout.match(/^ok {4}seed \d/gm)).toHaveLength(3);
  });

  test('can be looked at afterwards', async () => {
    const { data, file } = setUp();
    const out = join(data, '../out.jsonl');
    await cli.run('simulate', file, '--data', data, '--out', out);
    expect(readFileSync(out, 'utf8').match(/^\{"agent":"clerk\/\d".*\}$/gm)).toHaveLength(6);
    const [runs, run, agent] = await Promise.all([
      cli.run('runs', '--data', data),
      cli.run('show', 'last', '--data', data),
      cli.run('show', 'last', 'clerk/2', '--data', data),
    ]);
    expect([runs.status, run.status, agent.status]).toEqual([0, 0, 0]);
    expect(runs.stdout).toMatch(/^sim-\w{8} +example +done +virtual time +5 +3 +3 +0/m);
    expect(run.stdout).toMatch(/^clerk\/2 +done +4 .* Order 2 is paid\.$/m);
    expect(agent.stdout).toContain('Transcript\n  user           Look it up.\n');
  });
});

test('validate tells valid files from broken ones', { timeout: 30_000 }, async () => {
  const { folder, file } = setUp();
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, 'name: [unclosed\n');
  const { status, stdout, stderr } = await cli.run('validate', file, broken);
  expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
  expect(stdout).toContain(`valid  ${file}  3 agents\n`);
  expect(stdout).toContain(`wrong  ${broken}\n${broken}:`);
  expect((await cli.run('validate', file)).status).toBe(0);
});

describe('an interrupt', { timeout: 30_000 }, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s lets turns finish; resume does the rest', async (signal) => {
    const { data, file } = setUp(slow);
    const run = cli.start('run', file, '--data', data, '--json', '--log-level', 'debug');
    await run.says('agent.replied');
    run.kill(signal);
    const { status, stdout, stderr } = await run.ended;
    expect(status).toBe(130);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ status: 'interrupted', agents: { done: 0, failed: 0, stopped: 10 } });
    expect(stderr).toContain(`Go on with: troupe resume ${summary.run} --data ${data}\n`);

    const resumed = await cli.run('resume', summary.run, '--data', data, '--json');
    expect(resumed.status).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      run: summary.run,
      status: 'done',
      agents: { total: 10, done: 10, failed: 0, stopped: 0 },
    });
    const again = await cli.run('resume', summary.run, '--data', data);
    expect(again).toMatchObject({ status: 2, stderr: `Cannot resume run "${summary.run}": it has ended as done\n` });
  });

  test('that is repeated ends the process at once', async () => {
    const { data, file } = setUp(endless);
    const run = cli.start('run', file, '--data', data, '--log-level', 'debug');
    await run.says('agent.started');
    run.kill('SIGINT');
    await run.says('Interrupted: ');
    run.kill('SIGINT');
    expect(await run.ended).toMatchObject({ status: null, signal: 'SIGINT' });
  });

  test('that nobody could handle leaves a run that can be resumed', async () => {
    const { data, file } = setUp(slow);
    const run = cli.start('run', file, '--data', data, '--log-level', 'debug');
    await run.says('agent.replied');
    run.kill('SIGKILL');
    await run.ended;
    const { status, stdout } = await cli.run('resume', 'last', '--data', data, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).agents).toEqual({ total: 10, done: 10, failed: 0, stopped: 0 });
  });
});
