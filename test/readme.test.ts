import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../src/base/errors.ts';
import { describeMachines } from '../src/machines.ts';
import { toChartGraph } from '../src/monitor/chart/graph.ts';
import { toMermaid } from '../src/monitor/chart/mermaid.ts';
import { runScenario } from '../src/run-scenario.ts';
import { loadScenario } from '../src/scenario/load.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? '';

test('the example of the API runs as it is written', async () => {
  const folder = join(import.meta.dirname, '.generated');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `readme-${process.pid}.mjs`);
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (...values) => lines.push(...values);
  try {
    writeFileSync(file, block('ts').replace("from 'troupe'", "from '../../src/index.ts'"));
    await import(file);
  } finally {
    console.log = log;
    rmSync(folder, { recursive: true });
  }
  expect(lines.filter((line) => line === '3 left.')).toHaveLength(200);
  expect(lines.at(-2)).toEqual({ total: 100, done: 100, failed: 0, stopped: 0 });
  expect(lines.at(-1)).toMatchObject([{ expect: 'replies == 200', pass: true }]);
});

test('the scenario comes out as it is shown', async () => {
  const file = join(root, `readme-${process.pid}.yaml`);
  const replies: string[] = [];
  try {
    writeFileSync(file, block('yaml'));
    await loadScenario(file);
    const summary = await runScenario(file, {
      virtual: true,
      set: ['memory.store=in-memory'],
      onEvent: (event) => event.type === 'agent.replied' && replies.push(event.reply),
    });
    expect(summary.expectations.filter(({ expect: text }) => !text.includes('wall_ms')).every(({ pass }) => pass)).toBe(
      true,
    );
  } finally {
    rmSync(file);
  }
  expect(replies).toHaveLength(2);
  for (const reply of replies) expect(readme).toContain(reply);
});

test('the diagram is that of the machine', () => {
  expect(block('mermaid')).toBe(toMermaid(toChartGraph(describeMachines().agent)));
});

test('every file and folder it names is there', () => {
  const links = [...readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)].map(([, path]) => path!);
  const named = [...readme.matchAll(/`((?:src|test|agent)\/[\w./-]+)`/g)].map(([, path]) => path!);
  const missing = [...links, ...named].filter(
    (path) => ![root, join(root, 'src')].some((from) => existsSync(join(from, path))),
  );
  expect(missing).toEqual([]);
});

test('exit statuses are those of the table of errors', () => {
  expect(new Set(Object.values(ERROR_CODES))).toEqual(new Set([1, 2, 130]));
});
