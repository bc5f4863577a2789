import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { useCli } from '../cli/cli-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { isAlive, serverFile } from '../tools/mcp/mcp-setup.ts';
import { startWhole } from './whole-run.ts';

vi.setConfig({ testTimeout: 60_000 });

const AGENTS = 50;
const cli = useCli();

/** Fifty agents, each of which writes a file, reads it, and notes it in the graph, three times. */
function writeScenario(latency = '10ms') {
  const folder = temporaryFolder();
  const files = join(folder, 'files');
  const graph = join(folder, 'graph.jsonl');
  mkdirSync(files);
  const server = (name: 'filesystem' | 'memory', ...args: string[]) => ({
    command: process.execPath,
    args: [serverFile(name), ...args],
  });
  const path = `${files}/{{ index }}-{{ observation.text }}.txt`;
  const entity = { name: '{{ agent }} {{ observation.text }}', entityType: 'note', observations: ['seen'] };
  const scenario = {
    name: 'notes',
    seed: 1,
    models: {
      m: {
        latency,
        rules: [
          {
            on: 'observation',
            call: [
              { write_file: { path, content: 'Text {{ index }} {{ observation.text }}' } },
              { kg_create_entities: { entities: [entity] } },
            ],
          },
          {
            on: 'results',
            when: '"write_file" in results',
            call: [{ list_directory: { path: files } }, 'kg_read_graph'],
          },
          { on: 'results', reply: '{{ results.list_directory | json }}' },
        ],
      },
    },
    tools: {
      files: { mcp: server('filesystem', files), tools: ['write_file', 'list_directory'], retries: 5 },
      // The server writes its file anew for each call, and loses what comes meanwhile.
      graph: {
        mcp: { ...server('memory'), env: { MEMORY_FILE_PATH: graph } },
        tools: ['create_entities', 'read_graph'],
        prefix: 'kg_',
        concurrency: 1,
      },
    },
    agents: {
      writer: {
        count: AGENTS,
        model: 'm',
        tools: ['files', 'graph'],
        observe: ['one', 'two', 'three'],
      },
    },
    expect: [`agents.done == ${AGENTS}`],
  };
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  return { folder, files, graph, file, data: join(folder, 'data') };
}

/** Processes that were started with a text among their arguments, of this machine's. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 0 && pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) && isAlive(pid)
        );
      } catch {
        return false;
      }
    });
}

const filesOf = (folder: string) => readdirSync(folder).sort();
const EXPECTED = Array.from({ length: AGENTS }, (_, n) => ['one', 'two', 'three'].map((word) => `${n}-${word}.txt`))
  .flat()
  .sort();

test.skipIf(process.platform !== 'linux')(
  'fifty agents at once use two servers, one of which is killed in the middle',
  async () => {
    const { files, graph, file, data } = writeScenario();
    const whole = await startWhole(file, { data });
    const servers = processesWith(files).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server-filesystem'),
    );
    expect(servers).toHaveLength(1);
    await whole.first('agent.replied');
    process.kill(servers[0] ?? 0, 'SIGKILL');
    const down = await whole.first('server.down');
    expect(down).toMatchObject({ server: 'files', error: { message: expect.stringContaining('SIGKILL') } });
    const up = await whole.first('server.up');
    expect(up.seq).toBeGreaterThan(down.seq);
    const summary = await whole.finished;
    expect(summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
    expect(summary).toMatchObject({ status: 'done', replies: 3 * AGENTS });
    // With retries nobody has noticed, and what was written twice is the same.
    const failed = whole.all('tool.finished').filter(({ result }) => result.isError);
    expect(failed.map(({ result }) => result)).toEqual([]);
    expect(filesOf(files)).toEqual(EXPECTED);
    for (const name of EXPECTED) expect(readFileSync(join(files, name), 'utf8')).toMatch(/^Text \d+ \w+$/);
    const notes = readFileSync(graph, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name);
    expect(new Set(notes).size).toBe(3 * AGENTS);
    await vi.waitFor(() => expect(processesWith(files)).toEqual([]), 5_000);
  },
);

test.skipIf(process.platform !== 'linux')('a run with servers that is killed goes on where it was', async () => {
  const { files, file, data } = writeScenario('150ms');
  const run = cli.start('run', file, '--data', data, '--monitor', 'off', '--log-level', 'debug');
  await run.says('"msg":"agent.replied"');
  run.kill('SIGKILL');
  expect((await run.ended).signal).toBe('SIGKILL');
  // Whoever is left without somebody to talk to ends.
  await vi.waitFor(() => expect(processesWith(files)).toEqual([]), 5_000);
  const before = filesOf(files).length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(EXPECTED.length);

  const { status, stdout, stderr } = await cli.run('resume', 'last', '--data', data, '--monitor', 'off', '--json');
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'done', agents: { total: AGENTS, done: AGENTS, failed: 0 } });
  expect(filesOf(files)).toEqual(EXPECTED);
});
