import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chart } from '../../src/cli/chart.ts';
import { describeMachines } from '../../src/machines.ts';
import { ScenarioError } from '../../src/scenario/load.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { useCli } from './cli-process.ts';
import { writeExample } from './example.ts';

test.each([
  ['agent', /^stateDiagram-v2\n[\s\S]* {2}observe --> decide: something to decide about\n/],
  ['supervisor', /^stateDiagram-v2\n[\s\S]* {2}starting --> running: all started\n/],
] as const)('the machine "%s" as Mermaid, JSON and SVG', async (machine, mermaid) => {
  const draw = (format: 'mermaid' | 'json' | 'svg') =>
    captured(() => chart(undefined, { format, set: [], ...(machine === 'supervisor' && { machine }) }));
  expect(await draw('mermaid')).toEqual({ result: 0, stdout: expect.stringMatching(mermaid), stderr: '' });
  expect(JSON.parse((await draw('json')).stdout)).toEqual(describeMachines()[machine]);
  expect((await draw('svg')).stdout).toMatch(new RegExp(`^<svg [\\s\\S]*<title>${machine}</title>[\\s\\S]*</svg>\n$`));
});

test('with a file: who talks to whom', async () => {
  const file = writeExample(temporaryFolder());
  const set = ['agents.clerk.count=7'];
  const draw = (format: 'mermaid' | 'json' | 'svg') => captured(() => chart(file, { format, set }));
  expect((await draw('mermaid')).stdout).toBe(
    [
      'flowchart LR',
      '  group0["clerk<br/>7 agents"]',
      '  model1(["clerk<br/>simulated model"])',
      '  tool2{{"lookup<br/>simulated tool"}}',
      '  group0 -->|asks| model1',
      '  group0 -->|calls| tool2',
      '',
    ].join('\n'),
  );
  expect(JSON.parse((await draw('json')).stdout)).toMatchObject({ id: 'example', nodes: [{ count: 7 }, {}, {}] });
  expect((await draw('svg')).stdout).toContain('>7 agents</text>');
});

test('a wrong file is told as everywhere', async () => {
  const file = join(temporaryFolder(), 'missing.yaml');
  await expect(chart(file, { format: 'mermaid', set: [] })).rejects.toThrow(ScenarioError);
});

test('options that mean nothing are refused', async () => {
  const file = writeExample(temporaryFolder());
  const withMachine = chart(file, { format: 'svg', machine: 'agent', set: [] });
  await expect(withMachine).rejects.toMatchObject({ code: 'USAGE', message: /^Cannot use --machine with ".*": / });
  const withSet = chart(undefined, { format: 'svg', set: ['seed=1'] });
  await expect(withSet).rejects.toMatchObject({ code: 'USAGE', message: /^Cannot use --set without / });
});

describe('as a command', { timeout: 30_000 }, () => {
  const cli = useCli();

  test('it draws, and ends by itself', async () => {
    const { status, stdout, stderr } = await cli.run('chart', '--machine', 'supervisor', '--format', 'svg');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('<title>supervisor</title>');
  });

  test.each([
    ['an unknown format', ['--format', 'png'], 'Allowed choices are mermaid, json, svg.'],
    ['an unknown machine', ['--machine', 'model'], 'Allowed choices are agent, supervisor.'],
    ['a missing file', ['missing.yaml'], 'cannot be opened: it does not exist'],
  ])('%s gives 2 and says so', async (_, args, expected) => {
    const { status, stdout, stderr } = await cli.run('chart', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(expected);
  });
});
