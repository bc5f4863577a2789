import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, FULL, refusal, VALID } from './refusals.ts';

const parse = (text: string) => parseScenario(text, { name: 'f.yaml', folder: FOLDER });

describe('parseScenario', () => {
  test('normalises everything', () => {
    const { agents, ...scenario } = parse(FULL);
    expect(scenario).toEqual({
      name: 'full',
      about: 'Everything at once.',
      seed: 42,
      folder: FOLDER,
      params: {},
      models: {
        m: {
          provider: 'simulated',
          latency: { kind: 'log-normal', medianMs: 1_200, p95Ms: 2_000 },
          failureRate: 0.5,
          sequence: [
            { reply: 'first', call: [], tokens: { inputTokens: 5 } },
            { fail: 'no', call: [] },
          ],
          rules: [
            {
              on: 'observation',
              match: '^disk',
              when: 'turn == 1',
              call: [
                { tool: 'search', args: { q: '{{ observation.text }}' } },
                { tool: 'now', args: {} },
                { tool: 'fake', args: {} },
              ],
              final: true,
              latency: { kind: 'constant', ms: 5 },
            },
            { reply: '{{ results.search[0].title }}', call: [] },
          ],
        },
      },
      tools: {
        search: { builtin: 'search', folder: join(FOLDER, 'text'), timeoutMs: 5_000, description: 'Runbooks.' },
        now: { builtin: 'now', timeoutMs: 30_000 },
        fake: {
          builtin: 'simulated',
          latency: { kind: 'uniform', minMs: 1, maxMs: 2 },
          result: { a: ['{{ args.q }}'] },
          failureRate: 0.1,
          fault: 'hang',
          parameters: { type: 'object' },
          timeoutMs: 30_000,
        },
      },
      memory: { store: 'in-memory', durability: 'sync', latency: { kind: 'constant', ms: 1 } },
      sources: {},
      supervision: { strategy: 'one_for_one', maxRestarts: 3, withinMs: 5_000, shutdownMs: 5_000 },
      supervisors: {},
      limits: { turns: 9, identicalCalls: 4, wallMs: 3_600_000, concurrency: { m: 3 } },
      expect: ['agents.done == agents.total'],
      source: FULL,
    });
    const limits = { turns: 9, identicalCalls: 4, wallMs: 3_600_000 };
    const file = join(FOLDER, 'refusals.ts');
    const unsupervised = { restart: 'temporary', retries: 2 };
    expect(agents).toEqual({
      counted: {
        name: 'counted',
        members: { kind: 'count', count: 2 },
        model: 'm',
        tools: ['search', 'now', 'fake'],
        instructions: '',
        observe: { items: ['one'], inbox: false },
        limits: { ...limits, turns: 2 },
        ...unsupervised,
      },
      rows: {
        name: 'rows',
        members: { kind: 'each', file },
        model: 'm',
        tools: [],
        instructions: 'Hi {{ row.x }}',
        observe: { items: ['two'], each: file, text: '{{ data.x }}', inbox: false },
        limits,
        ...unsupervised,
      },
      listed: {
        name: 'listed',
        members: { kind: 'list', rows: [{ x: 1 }] },
        model: 'm',
        tools: [],
        instructions: '',
        observe: { items: ['single'], inbox: true },
        limits,
        ...unsupervised,
      },
    });
  });

  test('fills in what is left out', () => {
    const scenario = parse(VALID);
    expect(scenario.memory).toEqual({ store: 'lmdb', durability: 'async', latency: { kind: 'constant', ms: 0 } });
    expect(scenario.limits).toEqual({ turns: 16, identicalCalls: 3, wallMs: 600_000, concurrency: {} });
    expect(Object.keys(scenario)).not.toContain('seed');
    expect(scenario.models.m).toMatchObject({ failureRate: 0, latency: { kind: 'constant', ms: 0 } });
  });

  test('who declares supervision has agents that are restarted after a failure', () => {
    const text = edit('agents:', 'supervision: { backoff: 200ms..10s, max_seconds: 60 }\nagents:');
    const scenario = parse(text);
    expect(scenario.agents.a?.restart).toBe('transient');
    expect(scenario.supervision).toEqual({
      strategy: 'one_for_one',
      maxRestarts: 3,
      withinMs: 60_000,
      backoff: { minMs: 200, maxMs: 10_000 },
      shutdownMs: 5_000,
    });
  });

  test('what stays is in bytes, and everything does when it is not said', () => {
    expect(parse(edit('agents:', 'keep: { runs: 5, days: 1.5, bytes: 500MB }\nagents:')).keep).toEqual({
      runs: 5,
      days: 1.5,
      bytes: 500_000_000,
    });
    expect(parse(edit('agents:', 'keep: { days: 2 }\nagents:')).keep).toEqual({ days: 2 });
    expect(Object.keys(parse(VALID))).not.toContain('keep');
  });

  test('keeps the order of groups', () => {
    const text = edit('  a:', '  z: { count: 1, model: m, observe: x }\n  a:');
    expect(Object.keys(parse(text).agents)).toEqual(['z', 'a']);
  });

  test('gives the same for JSON', () => {
    const object = {
      name: 'j',
      models: { m: { rules: [{ reply: 'x' }] } },
      agents: { a: { count: 1, model: 'm', observe: ['x'] } },
    };
    expect(parse(JSON.stringify(object)).agents.a?.observe.items).toEqual(['x']);
  });

  test.each([
    ['', 'f.yaml:1:1: cannot be used: it is empty'],
    ['# nothing\n', 'f.yaml:1:1: cannot be used: it is empty'],
    ['- a\n', 'f.yaml:1:1: cannot be used: expected a map, found a list'],
    ['just words', 'f.yaml:1:1: cannot be used: expected a map, found the text "just words"'],
  ])('refuses %j', (text, line) => expect(refusal(text)).toEqual([line]));

  test('tells of what the text and the schema and the checks find, at once', () => {
    const text = edit('count: 2', 'count: 2\n    count: 3')
      .replace('tools: [t]', 'tool: [t]')
      .replace('model: m', 'model: n');
    expect(refusal(text)).toEqual([
      'f.yaml:11:5: agents.a.count: duplicate key "count"',
      'f.yaml:12:12: agents.a.model: unknown model "n"; did you mean "m"?',
      'f.yaml:13:5: agents.a.tool: unknown key "tool"; did you mean "tools"?',
    ]);
  });

  test('refuses a forbidden key in no other way', () =>
    expect(refusal(edit('{ n: 2 }', '{ n: .nan, __proto__: 1 }'))).toEqual([
      'f.yaml:2:14: params.n: cannot use the number NaN',
      'f.yaml:2:20: params.__proto__: cannot use the key "__proto__": it is reserved',
    ]));
});

describe('loadScenario', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-scenario-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return loadScenario(join(folder, name));
  };

  test('starts paths at the folder of the file', async () => {
    const scenario = await load('good.yaml', edit('count: 2', 'each: good.yaml'));
    expect(scenario.folder).toBe(folder);
    expect(scenario.agents.a?.members).toEqual({ kind: 'each', file: join(folder, 'good.yaml') });
  });
  test('reads a file with a byte order mark', async () =>
    expect((await load('bom.yaml', `\uFEFF${VALID}`)).name).toBe('demo'));
  test('applies overrides', async () => {
    writeFileSync(join(folder, 'set.yaml'), VALID);
    expect((await loadScenario(join(folder, 'set.yaml'), { set: ['seed=7'] })).seed).toBe(7);
  });
  test('refuses a file that is not there, a folder, and a device', async () => {
    await expect(loadScenario('nope.yaml')).rejects.toThrow(/^nope\.yaml: cannot be opened: it does not exist$/);
    await expect(loadScenario(folder)).rejects.toThrow(/: cannot be opened: it is a folder$/);
    await expect(loadScenario('/dev/zero')).rejects.toThrow('/dev/zero: cannot be opened: it is not a file');
  });
  test('refuses 2 MB without reading them', async () =>
    expect(load('big.yaml', Buffer.alloc(2_000_000, 'a'))).rejects.toThrow(
      /big\.yaml: cannot be used: it has 2000000 bytes/,
    ));
  test('refuses what is not UTF-8', async () =>
    expect(load('latin1.yaml', Buffer.from([0x6e, 0xe9]))).rejects.toThrow(/cannot be read as text: it is not UTF-8$/));
});
