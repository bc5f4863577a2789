import { describe, expect, test } from 'vitest';
import { parseUrl } from '../../../src/tools/net/parse-url.ts';

describe('parseUrl', () => {
  test.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTP://EXAMPLE.com:80/a b?q=ü#top', 'http://example.com/a%20b?q=%C3%BC#top'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    [' https://example.com/ ', 'https://example.com/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://[0:0::1]/', 'http://[::1]/'],
    ['https://example.com/@user/a%5Cb%0A', 'https://example.com/@user/a%5Cb%0A'],
  ])('reads %j', (text, href) => expect(parseUrl(text).href).toBe(href));

  test.each([
    ['/b?c', 'https://example.com/b?c'],
    ['//other.test/', 'https://other.test/'],
    ['http://other.test', 'http://other.test/'],
    ['', 'https://example.com/a'],
  ])('reads %j from where it is', (text, href) =>
    expect(parseUrl(text, new URL('https://example.com/a')).href).toBe(href));

  test.each([
    ['page', /not an absolute URL/],
    ['', /not an absolute URL/],
    ['http://a b/', /not an absolute URL/],
    ['file:///etc/passwd', /only http and https/],
    ['data:,x', /only http and https/],
    ['https://user@example.com/', /user name or a password/],
    ['https://:secret@example.com/', /user name or a password/],
    ['https://example.com\\@other/', /backslash or a control/],
    ['https://example.com/\n', /backslash or a control/],
    ['https://example.com/\0', /backslash or a control/],
    [`https://example.com/${'x'.repeat(8_192)}`, /longer than 8192 characters/],
    [`https://example.com/${'ü'.repeat(2_000)}`, /longer than 8192 characters/],
  ])('refuses %.60j', (text, reason) => {
    expect(() => parseUrl(text)).toThrow(
      expect.objectContaining({ code: 'TOOL_FAILED', message: expect.stringMatching(reason) }),
    );
    expect(() => parseUrl(text)).not.toThrow(/secret/);
  });

  test('what a redirect names is checked in the same way', () => {
    const base = new URL('https://example.com/');
    expect(() => parseUrl('file:///x', base)).toThrow(/only http and https/);
    expect(() => parseUrl('//a:b@example.com', base)).toThrow(/user name/);
  });
});
