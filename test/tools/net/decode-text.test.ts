import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../src/tools/net/decode-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('decodeText', () => {
  test.each<[string, Buffer, string, string]>([
    ['UTF-8 by default', Buffer.from('größe'), 'text/plain', 'größe'],
    ['UTF-8 as said', Buffer.from('größe'), 'application/json; charset=utf-8', 'größe'],
    ['latin-1', latin1('größe'), 'text/html; charset=ISO-8859-1', 'größe'],
    ['latin-1 in quotes', latin1('größe'), 'text/html;version=1; Charset = "iso-8859-1"', 'größe'],
    ['Windows-1252', Buffer.from([0x80]), 'text/plain;charset=windows-1252', '€'],
    ['Shift JIS', Buffer.from([0x83, 0x65]), 'text/plain; charset=shift_jis', 'テ'],
    [
      'what a page says of itself',
      latin1('<meta charset="iso-8859-1">größe'),
      'text/html',
      '<meta charset="iso-8859-1">größe',
    ],
    [
      'the header before the page',
      Buffer.from('<meta charset="iso-8859-1">ö'),
      'text/html; charset=utf-8',
      '<meta charset="iso-8859-1">ö',
    ],
    ['a byte order mark', Buffer.from('\ufefftext'), 'text/plain', 'text'],
    ['UTF-16 by its mark', Buffer.from('\ufefftext', 'utf16le'), 'text/plain; charset=utf-8', 'text'],
    ['UTF-16 as said', Buffer.from('text', 'utf16le'), 'text/plain; charset=utf-16le', 'text'],
    ['a charset nobody knows as UTF-8', Buffer.from('ö'), 'text/plain; charset=klingon', 'ö'],
    ['invalid bytes replaced', Buffer.from([0x61, 0xff, 0x62]), 'text/plain', 'a\ufffdb'],
    ['half a character at the end replaced', Buffer.from('aö').subarray(0, 2), 'text/plain', 'a\ufffd'],
    ['an empty body', Buffer.alloc(0), '', ''],
    ['an image that is text', Buffer.from('<svg/>'), 'image/svg+xml', '<svg/>'],
    ['text of no type', Buffer.from('größe'), '', 'größe'],
    ['text of an unknown type', Buffer.from('größe'), 'application/x-unknown; charset=utf-8', 'größe'],
    ['text of the type of bytes', Buffer.from('größe'), 'application/octet-stream', 'größe'],
  ])('%s', (_, bytes, type, text) => expect(decodeText(bytes, type, false)).toBe(text));

  test('of a body that is cut half a character is left out', () => {
    expect(decodeText(Buffer.from('aö').subarray(0, 2), 'text/plain', true)).toBe('a');
    expect(decodeText(Buffer.from('aö').subarray(0, 2), '', true)).toBe('a');
  });

  test.each<[string, Buffer, string]>([
    ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'image/png'],
    ['an image that is said to be UTF-8', Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'image/png; charset=utf-8'],
    ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), 'application/pdf'],
    ['bytes of no type', Buffer.from([0xff, 0xfb, 0x90]), ''],
    ['zeros of no type', Buffer.from([0x61, 0]), ''],
    ['zeros that are said to be text', Buffer.from([0x61, 0, 0x62]), 'text/plain'],
  ])('%s is no text', (_, bytes, type) => expect(decodeText(bytes, type, false)).toBeUndefined());
});
