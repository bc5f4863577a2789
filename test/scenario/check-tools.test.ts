import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal } from './refusals.ts';

const RETRIES =
  'a call that is made again may be done twice; leave it out, or declare effects idempotent or none if so';
const CACHE = 'calls that are answered from it are not made; leave it out, or declare effects none if so';
const shell = 'builtin: shell, folder: ., allow: [ls]';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
  [
    'builtin: metrics',
    'builtin: search, folder: ./refusals.ts',
    'f.yaml:7:33: tools.t.folder: cannot open folder "./refusals.ts": it is not a folder',
  ],
  [
    'builtin: metrics',
    'builtin: simulated, result: ["{{ turn }}"]',
    'f.yaml:7:37: tools.t.result.0: Cannot read template "{{ turn }}": unknown name "turn"; here are args, agent, index, row, params',
  ],
  [
    'builtin: metrics',
    `${shell}, retries: 2`,
    `f.yaml:7:48: tools.t.retries: cannot be had with effects once, which shell has: ${RETRIES}`,
  ],
  [
    'builtin: metrics',
    'builtin: fetch, effects: once, retries: 2',
    `f.yaml:7:39: tools.t.retries: cannot be had with effects once: ${RETRIES}`,
  ],
  [
    'builtin: metrics',
    'mcp: { command: x }, effects: once, retries: 2',
    `f.yaml:7:44: tools.t.retries: cannot be had with effects once: ${RETRIES}`,
  ],
  [
    'builtin: metrics',
    'builtin: write-file, folder: ., cache: 1m',
    `f.yaml:7:40: tools.t.cache: cannot be had with effects idempotent, which write-file has: ${CACHE}`,
  ],
  [
    'builtin: metrics',
    'module: refusals.ts, effects: once, cache: 1m',
    `f.yaml:7:44: tools.t.cache: cannot be had with effects once: ${CACHE}`,
  ],
  [
    'builtin: metrics',
    'builtin: recall, cache: 1m',
    'f.yaml:7:25: tools.t.cache: would give what one agent recalls to all of them; leave it out, or declare shared: true',
  ],
];

test.each(REFUSED)('refuses, with place and reason, %j as %j', (from, to, line) => {
  expect(refusal(edit(from, to)).map((text) => text.slice(0, line.length))).toContain(line);
});

test.each([
  'builtin: fetch, retries: 2, cache: 1m',
  'builtin: write-file, folder: ., retries: 2',
  `${shell}, retries: 0, cache: 0.0ms`,
  `${shell}, effects: none, retries: 2, cache: 1m`,
  'builtin: recall, shared: true, cache: 1m',
  // What these change shows when they are there.
  'module: refusals.ts, retries: 2, cache: 1m',
  'mcp: { command: x }, retries: 2, cache: 1m',
])('accepts { %s }', (tool) => {
  const { tools } = parseScenario(edit('builtin: metrics', tool), { name: 'f.yaml', folder: FOLDER });
  expect(tools.t).toBeDefined();
});

test('leaves what is of the wrong type to the schema', () => {
  expect(refusal(edit('builtin: metrics', 'builtin: toString, cache: 1m'))).toHaveLength(1);
  expect(refusal(edit('builtin: metrics', 'builtin: metrics, effects: twice, retries: 1, cache: 5'))).toHaveLength(2);
});
