import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scenarioSchema } from '../../src/scenario/schema.ts';
import { scenarioJsonSchema, writeSchema } from '../../src/scenario/write-schema.ts';
import { edit, VALID } from './refusals.ts';

const HERE = join(import.meta.dirname, '..', '..', 'src', 'scenario');
const schema = scenarioJsonSchema();
const accepts = new Ajv2020({ strict: false, useDefaults: false }).compile(schema);

/** Every key a person may write, at any depth. */
function keys(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  const { properties, ...rest } = node as Record<string, any>;
  const own = typeof properties === 'object' && !Array.isArray(properties) ? Object.keys(properties) : [];
  return [...own, ...Object.values(properties ?? {}).flatMap(keys), ...Object.values(rest).flatMap(keys)];
}

describe('scenario.schema.json', () => {
  test('is what the schema generates: run the build if this fails', () =>
    expect(JSON.parse(readFileSync(join(HERE, 'scenario.schema.json'), 'utf8'))).toEqual(schema));
  test('has each of its keys in the reference page', () => {
    const page = readFileSync(join(HERE, 'README.md'), 'utf8');
    const missing = [...new Set(keys(schema))].filter(
      (key) => !new RegExp(`\`[^\`]*(?<![\\w-])${key.replace('$', '\\$')}(?![\\w-])[^\`]*\``).test(page),
    );
    expect(missing).toEqual([]);
    expect(new Set(keys(schema)).size).toBeGreaterThan(40);
  });
  test('explains every key', () => {
    const silent: string[] = [];
    const visit = (node: any, path: string): void => {
      if (node === null || typeof node !== 'object') return;
      for (const [key, value] of Object.entries(node.properties ?? {})) {
        if (typeof (value as any).description !== 'string') silent.push(`${path}.${key}`);
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
    };
    visit(schema, '');
    expect(silent).toEqual([]);
  });

  test.each([
    ['the valid scenario', VALID],
    ['an empty tokens', edit('reply: hi', 'reply: hi, tokens: {}')],
    ['short forms', edit('{ t: {} }', 't, { t: }').replace('observe: hello', 'observe: [a, b]')],
    [
      'all latencies',
      edit('rules: [', 'latency: { min: 1s, max: 2s }\n    rules: [{ reply: x, latency: { median: 1s, p95: 2s } }, '),
    ],
    ['a simulated tool', edit('builtin: metrics', 'builtin: simulated, result: [1, null], fault: hang, timeout: 0.5s')],
    ['an inbox', edit('observe: hello', 'observe: { inbox: true }')],
    ['what stays', edit('expect:', 'keep: { runs: 5, days: 1.5, bytes: 1.5 GB }\nexpect:')],
    ['the key of editors', `$schema: x\n${VALID}`],
  ])('accepts what the schema accepts: %s', (_title, text) => {
    expect(scenarioSchema().safeParse(parse(text)).success).toBe(true);
    accepts(parse(text));
    expect(accepts.errors ?? []).toEqual([]);
  });
  test.each([
    ['count', edit('count: 2', 'count: "{{ params.n }}"')],
    ['latency', edit('rules: [', 'latency: "{{ params.n }}ms"\n    rules: [')],
    ['list', edit('count: 2', 'list: "{{ params.n }}"')],
    ['choice', edit('expect:', 'memory: { store: "{{params.n}}" }\nexpect:')],
    ['folder', edit('builtin: metrics', 'builtin: search, folder: "{{ params.n }}"')],
  ])('accepts a parameter for a %s', (_title, text) => expect(accepts(parse(text))).toBe(true));
  test.each([
    ['an unknown key', edit('tools: [t]', 'tols: [t]')],
    ['a wrong type', edit('count: 2', 'count: two')],
    ['a plain number as a duration', edit('rules: [', 'latency: 5\n    rules: [')],
    ['two ways to say who', edit('count: 2', 'count: 2\n    list: [{}]')],
    ['nobody', edit('    count: 2\n', '')],
    ['a folder where there is none', edit('builtin: metrics', 'builtin: metrics, folder: x')],
    ['a plain number as a size', edit('expect:', 'keep: { bytes: "500" }\nexpect:')],
    ['an unknown builtin', edit('builtin: metrics', 'builtin: metricz')],
  ])('refuses %s', (_title, text) => expect(accepts(parse(text))).toBe(false));
});

describe('writeSchema', () => {
  test('writes the file when it changed, and not otherwise', () => {
    const root = mkdtempSync(join(tmpdir(), 'troupe-schema-'));
    try {
      expect(writeSchema(root)).toBe(false);
      mkdirSync(join(root, 'src', 'scenario'), { recursive: true });
      expect([writeSchema(root), writeSchema(root)]).toEqual([true, false]);
      expect(JSON.parse(readFileSync(join(root, 'src/scenario/scenario.schema.json'), 'utf8'))).toEqual(schema);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
