import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Json, JsonObject } from '../protocol.ts';
import { scenarioSchema } from './schema.ts';

/** Where a number, a choice or a list is expected, a parameter may stand for it. */
const PLACEHOLDER = { $ref: '#/$defs/placeholder' };

/** Names of things, and the key that says what the other keys are. */
const FIXED: ReadonlySet<string> = new Set(['propertyNames', 'builtin']);

/** The schema of the file as an editor should see it: JSON Schema (draft 2020-12) of what may be written. */
export function scenarioJsonSchema(): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(scenarioSchema(), { io: 'input', unrepresentable: 'any' });
  const shared: { [name: string]: Json } = {};
  const root = share(allowPlaceholders(rest as JsonObject), shared) as JsonObject;
  const placeholder = {
    type: 'string',
    pattern: '\\{\\{.*params\\..*\\}\\}',
    description: 'A parameter: {{ params.x }}.',
  };
  return { $schema: $schema ?? '', ...root, $defs: { placeholder, ...shared } };
}

function allowPlaceholders(node: Json): Json {
  if (Array.isArray(node)) return node.map(allowPlaceholders);
  if (node === null || typeof node !== 'object') return node;
  const inner = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, FIXED.has(key) ? value : allowPlaceholders(value)]),
  );
  const narrow = inner.pattern !== undefined || inner.enum !== undefined;
  const typed = ['integer', 'number', 'boolean', 'array'].includes(String(inner.type));
  if (typeof inner.type !== 'string' || !(typed || narrow)) return inner;
  const { description, default: preset, ...constraint } = inner;
  return {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [constraint, PLACEHOLDER],
  };
}

/** Keys that are the same wherever they may stand, and too long to be told each time. */
const SHARED: ReadonlySet<string> = new Set(['approval']);

/** Says once what such keys may hold. @param shared Is filled with it. */
function share(node: Json, shared: { [name: string]: Json }): Json {
  if (Array.isArray(node)) return node.map((item) => share(item, shared));
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).map(([key, value]) => {
    if (!SHARED.has(key) || typeof value !== 'object' || value === null) return [key, share(value, shared)] as const;
    shared[key] ??= value;
    const isSame = JSON.stringify(shared[key]) === JSON.stringify(value);
    const { description = '' } = value as JsonObject;
    return [key, isSame ? { description, $ref: `#/$defs/${key}` } : value] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * Writes `src/scenario/scenario.schema.json` when the schema changed; the build runs this file as a script.
 *
 * @param root Folder of the package. Without `src/scenario`, as in an installed package, nothing is written.
 * @returns Whether the file was written.
 */
export function writeSchema(root: string): boolean {
  const folder = join(root, 'src', 'scenario');
  if (!existsSync(folder)) return false;
  const file = join(folder, 'scenario.schema.json');
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  writeFileSync(file, text);
  return true;
}

const script = process.argv[1];
if (script !== undefined && existsSync(script) && realpathSync(script) === import.meta.filename) {
  writeSchema(join(import.meta.dirname, '..', '..'));
}
