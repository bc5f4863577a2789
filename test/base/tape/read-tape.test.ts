import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TAPE_MAX_BYTES } from '../../../src/base/limits.ts';
import { readTape } from '../../../src/base/tape/read-tape.ts';
import { writeTape } from '../../../src/base/tape/write-tape.ts';
import type { ChatMessage } from '../../../src/protocol.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { HEADER, placeOf, requestOf, said, user } from './requests.ts';

const messages: ChatMessage[] = [user('Go'), said('Yes.'), user('And\u2028?'), said('No.')];
const decisionOf = (reply: string) => {
  const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 1, costUsd: 0.25 };
  return { reply, toolCalls: [], final: true, usage, serviceMs: 1, flaw: 'too short' };
};

/** A tape of two agents with three model calls each, and a tool call. */
function record(): string {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin(HEADER);
  for (const length of [1, 3, 4]) {
    for (const agent of ['a/0', 'a/1']) {
      const request = tape.describe(requestOf(messages.slice(0, length)));
      const outcome = { decision: decisionOf(`${agent} ${length}`) };
      tape.model({ agent, call: `${length}/model`, model: 'm', ms: length, request, outcome });
    }
  }
  const result = { isError: true, content: { error: 'x' }, serviceMs: 2, truncated: true };
  const acts = [{ at: 1, log: 'well' }];
  tape.tool({ agent: 'a/0', call: '1/1', tool: 'search', ms: 3, cutShort: true, args: { q: 1 }, result, acts });
  tape.close();
  return path;
}

const unwarned = (text: string): never => expect.unreachable(text);

describe('a tape that is read', () => {
  test('has its run, and every call as it was recorded', async () => {
    const tape = await readTape(record(), unwarned);
    expect(tape.header).toMatchObject(HEADER);
    for (const agent of ['a/1', 'a/0']) {
      for (const length of [1, 3, 4]) {
        const request = requestOf(structuredClone(messages.slice(0, length)));
        expect(tape.findModelCall(request, placeOf(`${length}/model`, agent))).toMatchObject({
          ms: length,
          outcome: { decision: decisionOf(`${agent} ${length}`) },
        });
      }
    }
    expect(tape.findToolCall({ name: 'search', args: { q: 1 } }, placeOf('1/1'))).toMatchObject({
      ms: 3,
      cutShort: true,
      result: { isError: true, content: { error: 'x' }, serviceMs: 2, truncated: true },
      acts: [{ at: 1, log: 'well' }],
    });
  });

  test.each([1, 2, 50, 100])('may be cut off by %d bytes, which is told, and goes as far', async (bytes) => {
    const path = record();
    truncateSync(path, readFileSync(path).length - bytes);
    const warnings: string[] = [];
    const tape = await readTape(path, (text) => warnings.push(text));
    const last = tape.findModelCall(requestOf(messages), placeOf('4/model', 'a/1'));
    expect(last.ms).toBe(4);
    if (bytes === 1) {
      // Only the end of the line is missing.
      expect(warnings).toEqual([]);
      return;
    }
    expect(warnings).toEqual([
      `The tape "${path}" is cut off in line 8: the replay goes as far as the calls before it`,
    ]);
    expect(() => tape.findToolCall({ name: 'search', args: { q: 1 } }, placeOf('1/1'))).toThrow('has no such call');
  });

  test('is cut off wherever a process was killed', async () => {
    const path = record();
    const whole = readFileSync(path);
    const firstLine = whole.indexOf(10);
    for (let length = firstLine + 1; length < whole.length; length += 37) {
      writeFileSync(path, whole.subarray(0, length));
      expect((await readTape(path, () => {})).header.scenario).toBe('triage');
    }
  });
});

describe('a tape is refused', () => {
  const edited = (edit: (lines: string[]) => string[]): string => {
    const path = record();
    writeFileSync(path, `${edit(readFileSync(path, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
    return path;
  };

  test.each<[string, (lines: string[]) => string[], string]>([
    ['is damaged', (lines) => lines.with(2, lines[2]!.slice(0, 40)), 'line 3: it is no JSON'],
    ['is damaged in its last line', (lines) => lines.with(-1, '{'), 'line 8: it is no JSON'],
    ['lacks its beginning', (lines) => lines.slice(1), 'line 1: it is no tape, which begins with what run it is of'],
    ['begins twice', (lines) => [...lines, lines[0]!], 'line 9: it is a second beginning; a tape holds one run'],
    ['has an empty line', (lines) => lines.with(3, ''), 'line 4: it is no JSON'],
    [
      'lacks a line on which another goes on',
      (lines) => lines.toSpliced(1, 1),
      'line 3: the request it goes on from has 0 parts, not 4',
    ],
  ])('that %s', async (_, edit, problem) => {
    const path = edited(edit);
    await expect(readTape(path, unwarned)).rejects.toMatchObject({
      code: 'USAGE',
      message: `Cannot read tape "${path}", ${problem}`,
    });
  });

  test('that is missing, a folder, empty, cut off in its first line, or too large', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'run.jsonl');
    const refused = (message: RegExp | string) => ({ code: 'USAGE', message: expect.stringMatching(message) });
    await expect(readTape(path, unwarned)).rejects.toMatchObject(refused(/^Cannot read tape ".*": ENOENT/));
    mkdirSync(join(folder, 'folder'));
    await expect(readTape(join(folder, 'folder'), unwarned)).rejects.toMatchObject(refused(/EISDIR/));
    writeFileSync(path, '');
    await expect(readTape(path, unwarned)).rejects.toMatchObject(refused(/: it is empty$/));
    writeFileSync(path, '{"tape":1,"sce');
    await expect(readTape(path, unwarned)).rejects.toMatchObject(refused(/, line 1: it is no JSON$/));
    truncateSync(path, TAPE_MAX_BYTES + 1);
    await expect(readTape(path, unwarned)).rejects.toMatchObject(refused(/: it has 537 MB, and 537 MB is the most$/));
  });
});
