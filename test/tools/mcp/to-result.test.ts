import { expect, test } from 'vitest';
import { type ContentPart, toResult } from '../../../src/tools/mcp/to-result.ts';

const text = (value: string): ContentPart => ({ type: 'text', text: value });

test.each<[string, ContentPart[], unknown]>([
  ['one text stays a text', [text('{"a":1}')], '{"a":1}'],
  ['several texts are joined', [text('a'), text('b')], 'a\nb'],
  ['nothing is an empty text', [], ''],
  [
    'an image is described, in its place',
    [text('see'), { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png' }],
    ['see', { type: 'image', mime: 'image/png', bytes: 5 }],
  ],
  [
    'audio is described',
    [{ type: 'audio', data: 'aGVsbG8h', mimeType: 'audio/wav' }],
    [{ type: 'audio', mime: 'audio/wav', bytes: 6 }],
  ],
  [
    'a binary resource is described',
    [{ type: 'resource', resource: { uri: 'a://b', mimeType: 'application/gzip', blob: 'aGVsbG8=' } }],
    [{ type: 'resource', uri: 'a://b', mime: 'application/gzip', bytes: 5 }],
  ],
  [
    'the text of a resource is part of the result',
    [{ type: 'resource', resource: { uri: 'a://b', text: 'hello' } }],
    [{ type: 'resource', uri: 'a://b', text: 'hello' }],
  ],
  [
    'a link is told',
    [{ type: 'resource_link', uri: 'a://b', name: 'b', mimeType: 'text/plain' }],
    [{ type: 'resource_link', uri: 'a://b', name: 'b', mime: 'text/plain' }],
  ],
])('%s', (_, content, result) => {
  expect(toResult('t', { content })).toEqual(result);
});

test('structured content is the result', () => {
  expect(toResult('t', { content: [text('{"a":1}')], structuredContent: { a: 1 } })).toEqual({ a: 1 });
});

test('an error is thrown with its text', () => {
  const fail = (content: ContentPart[]) => () => toResult('t', { content, structuredContent: { a: 1 }, isError: true });
  expect(fail([text('no such file'), text('x')])).toThrow(
    expect.objectContaining({ code: 'TOOL_FAILED', message: 'Tool "t" failed: no such file\nx' }),
  );
  expect(fail([])).toThrow('Tool "t" failed: its server does not say why');
});
