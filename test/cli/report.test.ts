import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createReport } from '../../src/cli/report.ts';
import type { RunSummary } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { exampleScenario } from './example.ts';

async function reportOf(changes: object = {}, summarised: Partial<RunSummary> = {}, data = '.troupe') {
  const report = createReport(data);
  const scenario = exampleScenario({ memory: { store: 'in-memory' }, ...changes });
  const summary = await runScenario(scenario, { virtual: true, onEvent: report.onEvent });
  const text = stripVTControlCharacters(report.lines({ ...summary, ...summarised }).join('\n'));
  return { summary, text, lines: text.split('\n') };
}

const models = (rules: readonly object[]) => ({ models: { clerk: { latency: '1s', rules } } });

test('the first line says what ran, how it ended and how long it took', async () => {
  const { lines } = await reportOf({}, { virtualMs: 2_000, wallMs: 30, criticalPathMs: 1_500 });
  expect(lines[0]).toBe('example  done 2.00 s of virtual time in 30 ms; critical path 1.50 s');
  const live = await reportOf({}, { virtualMs: 2_000, wallMs: 2_000, criticalPathMs: 0 });
  expect(live.lines[0]).toBe('example  done in 2.00 s');
});

test('every group has a row of numbers that add up to the summary', async () => {
  const clerk = { model: 'clerk', tools: ['lookup'], observe: 'Look it up.' };
  const { lines, summary } = await reportOf({ agents: { a: { ...clerk, count: 1 }, b: { ...clerk, count: 2 } } });
  const rows = lines.slice(2, 5).map((line) => line.split(/ {2,}/));
  const columns = ['group', 'agents', 'done', 'failed', 'stopped', 'turns', 'tool calls', 'errors', 'tokens in', 'out'];
  expect(rows[0]).toEqual(columns);
  expect(rows[1]?.slice(0, 8)).toEqual(['a', '1', '1', '0', '0', '2', '1', '0']);
  expect(rows[2]?.slice(0, 8)).toEqual(['b', '2', '2', '0', '0', '4', '2', '0']);
  expect(Number(rows[1]?.[8]) + Number(rows[2]?.[8])).toBe(summary.tokens.input);
  expect(Number(rows[1]?.[9]) + Number(rows[2]?.[9])).toBe(summary.tokens.output);
});

test('the first replies are shown, not all of them', async () => {
  const { text } = await reportOf();
  expect(text.match(/^ {2}clerk\/\d {2}/gm)).toHaveLength(3);
  expect(text).toContain('  clerk/0  Look it up.\n    Order 0 is paid.');
});

test('what failed is shown with its code and all of its message, once for all who failed so', async () => {
  const fail = `no credit ${'x'.repeat(300)}`;
  const { text, lines } = await reportOf(models([{ fail }]));
  expect(text).toMatch(/^Failures\n {2}clerk\/0 and 2 more {2}MODEL_FAILED: .*no credit x{300}$/m);
  expect(lines.filter((line) => line.includes('MODEL_FAILED'))).toHaveLength(1);
});

const priced = {
  clerk: { rules: [{ reply: 'Yes.', tokens: { input: 1000, output: 10 } }], price: { input: 10, output: 0 } },
};
const asks = { clerk: { count: 1, model: 'clerk', observe: ['a', 'b', 'c'] } };
const slow = { clerk: { latency: '90s', rules: [{ reply: 'Yes.' }] } };

test.each([
  ['money', priced, { usd: 0.02, at_limit: 'finish' }, '$0.02 of $0.02 used; agents ended with what they have'],
  ['tokens', priced, { tokens: 2_500 }, '2,020 of 2,500 tokens used; agents are stopped'],
  ['calls', priced, { calls: 2, at_limit: 'pause' }, '2 of 2 calls used; agents wait'],
  ['time', slow, { wall: '3m' }, '3 min 0 s of 3 min 0 s used; agents are stopped'],
])('a budget of %s is told in its unit, with what became of the agents', async (_, models, budget, told) => {
  const { text } = await reportOf({ models, agents: asks, budget });
  expect(text).toContain(`\nBudgets that were reached\n  run  ${told}\n`);
});

test('answers that were corrected are counted, if there were any', async () => {
  expect((await reportOf()).text).not.toContain('correction');
  expect((await reportOf({}, { corrections: 1 })).text).toContain('  1 correction  ');
  expect((await reportOf({}, { corrections: 1_200 })).text).toContain('  1,200 corrections  ');
});

test('a run that stalled says who waits', async () => {
  const agents = { clerk: { count: 5, model: 'clerk', tools: ['lookup'], observe: { inbox: true } } };
  const { text } = await reportOf({ agents });
  expect(text).toContain('\n  clerk/0 waits for a message\n');
  expect(text).toContain('\n  and 2 more\n');
});

test('an expectation that was not met says why', async () => {
  const { text } = await reportOf({ expect: ['agents.done == 3', 'agents.failed == 3'] });
  expect(text).toContain('\n  met    agents.done == 3\n');
  expect(text).toContain('\n  unmet  agents.failed == 3    agents.failed = 0\n');
});

test('the end names the run, the seed and how to see more', async () => {
  const { text, summary } = await reportOf();
  expect(text).toContain(`\nrun ${summary.run}  seed 5  `);
  expect(text).toContain(`\ntroupe show ${summary.run}         every agent's result\n`);
  expect(text).toContain(`\ntroupe show ${summary.run} AGENT   its transcript and journal`);
});

test('what it suggests names the data directory, unless that is the default', async () => {
  const { text, summary } = await reportOf({}, {}, 'my data');
  expect(text).toContain(`\ntroupe show ${summary.run} --data 'my data'  `);
  expect(text).toContain(`\ntroupe show ${summary.run} AGENT --data 'my data'  `);
});

test('what ended a run early is told', async () => {
  const { text } = await reportOf({}, { error: { code: 'STORE_FAILED', message: 'Cannot write "data": no space' } });
  expect(text).toContain('\nSTORE_FAILED: Cannot write "data": no space\n');
});
