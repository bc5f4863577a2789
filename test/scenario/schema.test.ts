import { describe, expect, test } from 'vitest';
import { scenarioSchema } from '../../src/scenario/schema.ts';
import { edit, refusal } from './refusals.ts';

const DURATION = 'expected a duration such as "200ms", "5s", "2m" or "1h"';
const NAME = 'expected a name of letters, digits, "-" and "_", at most 64 long, not starting with a digit or "-"';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
  ['name: demo', 'nmae: demo', 'f.yaml:1:1: name: missing key "name": expected a text'],
  ['name: demo', 'name: 5', 'f.yaml:1:7: name: expected a text, found the number 5'],
  ['name: demo', 'name: a b', `f.yaml:1:7: name: ${NAME}, found the text "a b"`],
  ['name: demo', 'name:', 'f.yaml:1:6: name: expected a text, found nothing'],
  ['name: demo', 'name: demo\nseed: -1', 'f.yaml:2:7: seed: expected at least 0, found the number -1'],
  ['name: demo', 'name: demo\nseed: 1.5', 'f.yaml:2:7: seed: expected a whole number, found the number 1.5'],
  ['name: demo', 'name: demo\nlimit: {}', 'f.yaml:2:1: limit: unknown key "limit"; did you mean "limits"?'],
  ['params: { n: 2 }', 'params: [1]', 'f.yaml:2:9: params: expected a map, found a list'],
  ['  m:', '  1m:', `f.yaml:4:3: models.1m: cannot use the name "1m": ${NAME}`],
  ['count: 2', 'count: 0', 'f.yaml:10:12: agents.a.count: expected at least 1, found the number 0'],
  ['count: 2', 'count: 100001', 'f.yaml:10:12: agents.a.count: expected at most 100000, found the number 100001'],
  ['count: 2', 'count: two', 'f.yaml:10:12: agents.a.count: expected a whole number, found the text "two"'],
  ['tools: [t]', 'tols: [t]', 'f.yaml:12:5: agents.a.tols: unknown key "tols"; did you mean "tools"?'],
  ['tools: [t]', 'tools: t', 'f.yaml:12:12: agents.a.tools: expected a list, found the text "t"'],
  ['    model: m\n', '', 'f.yaml:9:3: agents.a.model: missing key "model": expected a text'],
  [
    '    observe: hello\n',
    '',
    'f.yaml:9:3: agents.a: leaves the agents nothing to observe; give observe: a text, items, each, or inbox: true',
  ],
  [
    'observe: hello',
    'observe: 5',
    'f.yaml:13:14: agents.a.observe: expected a text, a list of texts, or a map with items, each, text or inbox, found the number 5',
  ],
  ['observe: hello', 'observe: [hello, 5]', 'f.yaml:13:22: agents.a.observe.1: expected a text, found the number 5'],
  [
    'observe: hello',
    'observe: { inbx: true }',
    'f.yaml:13:16: agents.a.observe.inbx: unknown key "inbx"; did you mean "inbox"?',
  ],
  [
    'observe: hello',
    'observe: { inbox: yes }',
    'f.yaml:13:23: agents.a.observe.inbox: expected true or false, found the text "yes"',
  ],
  [
    'rules: [',
    'latency: 200\n    rules: [',
    'f.yaml:5:14: models.m.latency: expected a duration such as "200ms", { min, max } or { median, p95 }, found the number 200; write "200ms"',
  ],
  ['rules: [', 'latency: 5 s\n    rules: [', `f.yaml:5:14: models.m.latency: ${DURATION}, found the text "5 s"`],
  [
    'rules: [',
    'latency: { min: 1s, mx: 2s }\n    rules: [',
    'f.yaml:5:25: models.m.latency.mx: unknown key "mx"; did you mean "max"?',
  ],
  [
    'rules: [',
    'latency: { min: 2s, max: 1s }\n    rules: [',
    'f.yaml:5:30: models.m.latency.max: expected max to be at least min',
  ],
  [
    'rules: [',
    'latency: { median: 2s, p95: 1s }\n    rules: [',
    'f.yaml:5:33: models.m.latency.p95: expected p95 to be at least the median',
  ],
  [
    'rules: [',
    'latency: { median: 0s, p95: 1s }\n    rules: [',
    'f.yaml:5:24: models.m.latency.median: expected more than 0ms',
  ],
  [
    'rules: [',
    'failureRate: 1\n    rules: [',
    'f.yaml:5:5: models.m.failureRate: unknown key "failureRate"; did you mean "failure_rate"?',
  ],
  [
    'rules: [',
    'failure_rate: 1.1\n    rules: [',
    'f.yaml:5:19: models.m.failure_rate: expected at most 1, found the number 1.1',
  ],
  [
    'rules: [',
    'provider: Open AI\n    rules: [',
    'f.yaml:5:15: models.m.provider: expected simulated, openai, anthropic, google, openai-compatible, code, or the name of an npm package, found the text "Open AI"',
  ],
  ['rules: [', 'provider: openai\n    rules: [', 'f.yaml:4:3: models.m.model: missing key "model": expected a text'],
  [
    'rules: [',
    'provider: openai\n    model: gpt\n    rules: [',
    'f.yaml:7:5: models.m.rules: unknown key "rules"; here are provider, model, base_url, api_key, headers, temperature, max_output_tokens, options, structured, simulate, rpm, tpm, concurrency, retries, timeout, price',
  ],
  [
    'reply: hi',
    'reply: hi, on: result',
    'f.yaml:5:30: models.m.rules.0.on: expected one of observation, results, message, correction, summary, found the text "result"; did you mean "results"?',
  ],
  ['reply: hi', 'reply: [hi]', 'f.yaml:5:22: models.m.rules.0.reply: expected a text, found a list'],
  ['[{ t: {} }]', '[{ t: 5 }]', 'f.yaml:5:38: models.m.rules.0.call.0.t: expected a map, found the number 5'],
  [
    '[{ t: {} }]',
    '[5]',
    'f.yaml:5:33: models.m.rules.0.call.0: expected the name of a tool or { tool: { ... } }, found the number 5',
  ],
  [
    '[{ t: {} }]',
    '[{ t: {}, u: {} }]',
    'f.yaml:5:33: models.m.rules.0.call.0: expected one tool an entry: { tool: { ... } }',
  ],
  [
    'reply: hi',
    `reply: hi, match: ${'a'.repeat(1_001)}`,
    'f.yaml:5:33: models.m.rules.0.match: expected at most 1000 characters',
  ],
  [
    'builtin: metrics',
    'timeout: 1s',
    'f.yaml:7:3: tools.t.builtin: missing key "builtin": expected one of search, read-file, write-file, list-files, append-line, find-lines, remember, recall, fetch, shell, metrics, calculate, now, ask-person, send, handoff, ask, publish, subscribe, unsubscribe, delegate, spawn, finish, read-board, write-board, simulated',
  ],
  [
    'builtin: metrics',
    'builtin: serch',
    'f.yaml:7:17: tools.t.builtin: expected one of search, read-file, write-file, list-files, append-line, find-lines, remember, recall, fetch, shell, metrics, calculate, now, ask-person, send, handoff, ask, publish, subscribe, unsubscribe, delegate, spawn, finish, read-board, write-board, simulated, found the text "serch"; did you mean "search"?',
  ],
  ['builtin: metrics', 'builtin: search', 'f.yaml:7:3: tools.t.folder: missing key "folder": expected a path'],
  [
    'builtin: metrics',
    'builtin: metrics, folder: text',
    'f.yaml:7:26: tools.t.folder: unknown key "folder"; here are builtin, description, timeout, effects, retries, concurrency, cache, approval, simulate',
  ],
  ['builtin: metrics', 'module: 1', 'f.yaml:7:16: tools.t.module: expected a path, found the number 1'],
  ['builtin: metrics', 'mcp: {}', 'f.yaml:7:8: tools.t.mcp.command: missing key "command": expected a text'],
  [
    'builtin: metrics',
    'mcp: { url: 1, headers: [] }',
    'f.yaml:7:20: tools.t.mcp.url: expected a text, found the number 1',
  ],
  [
    'expect:',
    'budget: { at_limit: stop }\nexpect:',
    'f.yaml:14:9: budget: expected at least one of tokens, usd, calls and wall',
  ],
  ['builtin: metrics', 'builtin: metrics, timeout: 0s', 'f.yaml:7:35: tools.t.timeout: expected more than 0ms'],
  [
    'builtin: metrics',
    'builtin: simulated, fault: crash',
    'f.yaml:7:35: tools.t.fault: expected one of error, throw, hang, found the text "crash"',
  ],
  [
    'expect:',
    'memory: { store: lmbd }\nexpect:',
    'f.yaml:14:18: memory.store: expected one of lmdb, in-memory, found the text "lmbd"; did you mean "lmdb"?',
  ],
  [
    'expect:',
    'limits: { identical_calls: 1 }\nexpect:',
    'f.yaml:14:28: limits.identical_calls: expected at least 2, found the number 1',
  ],
  [
    'expect:',
    'keep: { bytes: 500 }\nexpect:',
    'f.yaml:14:16: keep.bytes: expected a size such as "500MB" or "2GB", found the number 500',
  ],
  ['expect:', 'keep: { runs: 0 }\nexpect:', 'f.yaml:14:15: keep.runs: expected at least 1, found the number 0'],
  ['expect: [agents.done == 2]', 'expect: [true]', 'f.yaml:14:10: expect.0: expected a text, found true'],
];

describe('the schema refuses, with place and reason,', () => {
  test.each(REFUSED)('%j as %j', (from, to, line) => {
    expect(refusal(edit(from, to))).toContain(line);
  });

  test('all mistakes at once, in the order of the file', () => {
    const text = edit('name: demo', 'name: 5').replace('count: 2', 'count: 0').replace('model: m', 'model: n');
    expect(refusal(text).map((line) => line.split(': ')[1])).toEqual(['name', 'agents.a.count', 'agents.a.model']);
  });
});

test('the schema is built once', () => expect(scenarioSchema()).toBe(scenarioSchema()));
