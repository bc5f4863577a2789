import { symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import type { BuiltinToolSpec, JsonObject, ToolResult } from '../../../src/protocol.ts';
import { createListFiles } from '../../../src/tools/builtin/list-files.ts';
import { createReadFile } from '../../../src/tools/builtin/read-file.ts';
import { createWriteFile } from '../../../src/tools/builtin/write-file.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createFolder } from '../../../src/tools/files/folder.ts';
import { createRehearsedFolders } from '../../../src/tools/files/rehearsed-folder.ts';
import type { Tool, ToolOptions } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';
import payloads from './path-payloads.json' with { type: 'json' };
import { touched } from './watched-fs.ts';
import { makeSpecialFiles, makeWorld, NAMES_OUTSIDE, SECRET, type SpecialFiles, type World } from './world.ts';

interface Payload {
  readonly kind: string;
  /** `{base}` stands for the folder above. */
  readonly path: string;
  /** Tools that do it: `r`, `w`, `l`. All others fail. */
  readonly ok?: string;
  /** What the failures say. */
  readonly error?: string;
}

const TOOLS = { r: 'read-file', w: 'write-file', l: 'list-files' } as const;
const CREATE = { r: createReadFile, w: createWriteFile, l: createListFiles };

let special: SpecialFiles;
let world: World;

export function call(tool: Tool, args: JsonObject): Promise<ToolResult> {
  return runToolCall({ id: '1', name: tool.name, args }, tool, createContext({ clock: createRealClock() }));
}

/**
 * Tries every payload with every tool: what must not be reached is not read, written, made, listed or so much as opened.
 *
 * @param isRehearsed The same over a rehearsal's folders, which must not change anything inside either.
 */
export function tryPayloads(isRehearsed: boolean): void {
  beforeAll(async () => {
    special = await makeSpecialFiles();
  });
  afterAll(() => special.close());
  beforeEach(() => {
    world = makeWorld(special);
  });
  afterEach(() => world.remove());

  test('there are enough payloads', () => expect(payloads.length).toBeGreaterThan(250));

  test('what is opened outside would be seen', async () => {
    touched.length = 0;
    const file = join(world.base, 'secret.txt');
    await (await open(file)).close();
    symlinkSync(world.base, join(world.root, 'way-out'));
    await (await open(join(world.root, 'way-out/secret.txt'))).close();
    expect(outsideOf(world.root)).toEqual([file, file]);
  });

  const kinds = [...new Set((payloads as Payload[]).map(({ kind }) => kind))];
  describe.each(kinds)('%s', (kind) => {
    test.for((payloads as Payload[]).filter((payload) => payload.kind === kind))('$path', async (payload, { skip }) => {
      skip(payload.path.startsWith('device') && !special.names.includes('device'), 'no device can be made here');
      await tryPayload(payload, isRehearsed);
    });
  });
}

async function tryPayload({ path: template, ok = '', error = '' }: Payload, isRehearsed: boolean): Promise<void> {
  const path = template.replace('{base}', world.base);
  const options = { folder: isRehearsed ? createRehearsedFolders() : createFolder } as Partial<ToolOptions>;
  const before = world.look();
  const inside = world.namesInside();
  for (const letter of ['r', 'l', 'w'] as const) {
    const spec = { builtin: TOOLS[letter], folder: world.root, timeoutMs: 10_000 } as BuiltinToolSpec;
    const tool = await CREATE[letter]('tool', spec, options as ToolOptions);
    touched.length = 0;
    const result = await call(tool, letter === 'w' ? { path, text: 'WRITTEN' } : { path });
    expect(outsideOf(world.root), `${TOOLS[letter]} touches`).toEqual([]);
    checkResult(result, TOOLS[letter], ok.includes(letter), error);
  }
  expect(world.look()).toEqual(before);
  expect(world.namesOutside()).toEqual(NAMES_OUTSIDE);
  expect(new Set(world.texts())).toEqual(new Set([SECRET]));
  if (isRehearsed) expect(world.namesInside()).toEqual(inside);
}

function outsideOf(root: string): string[] {
  return touched.filter((place) => place !== root && !place.startsWith(`${root}/`));
}

function checkResult(result: ToolResult, tool: string, isOk: boolean, error: string): void {
  const text = JSON.stringify(result.content);
  expect(result.isError, `${tool} ${text}`).toBe(!isOk);
  expect(text).not.toContain(SECRET);
  if (isOk) return;
  const { error: message } = result.content as { error: string };
  expect(message).toMatch(/^Cannot (read|write|list|call tool) "/);
  // Why, without the path, which may be any text.
  const reason = message.slice(message.lastIndexOf('": ') + 3);
  expect(reason).not.toContain(world.base);
  if (!/: it is (a folder|not a folder|outside)/.test(message)) expect(reason).toMatch(new RegExp(error));
}
