import { describe, expect, test } from 'vitest';
import { AllowList } from '../../../src/tools/net/allow-list.ts';

const covers = (entry: string, host: string, port = 80) => new AllowList([entry], 'tool "web"').covers(host, port);
const names = (entry: string, host: string, port = 80) => new AllowList([entry], 'tool "web"').names(host, port);

describe('AllowList', () => {
  test.each<[string, string, number?]>([
    ['localhost', 'localhost'],
    ['localhost', 'localhost', 8080],
    ['localhost:8080', 'localhost', 8080],
    ['API.Example.COM', 'api.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['my_service', 'my_service'],
    ['*.internal', 'a.internal'],
    ['*.internal', 'a.b.internal'],
    ['*.internal:443', 'a.internal', 443],
    ['10.0.0.7', '10.0.0.7'],
    ['10.0.0.7:81', '10.0.0.7', 81],
    ['10.0.0.7', '::ffff:10.0.0.7'],
    ['10.0.0.7', '::ffff:a00:7'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.0.0.0/8:81', '10.255.0.1', 81],
    ['10.9.9.9/8', '10.1.1.1'],
    ['0.0.0.0/0', '127.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['[::1]:8080', '::1', 8080],
    ['fd00::/8', 'fd12::1'],
    ['[fd00::/8]:81', 'fd12::1', 81],
    ['fd00::5:8080', 'fd00::5:8080'],
  ])('%s covers %s', (entry, host, port) => expect(covers(entry, host, port)).toBe(true));

  test.each<[string, string, number?]>([
    ['localhost:8080', 'localhost', 8081],
    ['localhost', 'localhost.example.com'],
    ['localhost', 'notlocalhost'],
    ['*.internal', 'internal'],
    ['*.internal', 'internal.example.com'],
    ['*.internal', 'notinternal'],
    ['*.internal:443', 'a.internal', 80],
    ['example.com', 'a.example.com'],
    ['example.com', 'exampleXcom'],
    ['10.0.0.7', '10.0.0.70'],
    ['10.0.0.7:81', '10.0.0.7', 80],
    ['10.0.0.0/8', '11.0.0.1'],
    ['10.0.0.0/8', '::10.0.0.1'],
    ['10.0.0.0/8', '64:ff9b::a00:1'],
    ['10.0.0.0/8', '10.example.com'],
    ['10.0.0.0/8:81', '10.0.0.1', 80],
    ['fd00::/8', 'fe80::1'],
    ['fd00::5:8080', 'fd00::5', 8080],
  ])('%s does not cover %s', (entry, host, port) => expect(covers(entry, host, port)).toBe(false));

  test('a name or an address stands for itself alone, a pattern or a range for many', () => {
    expect(names('metadata.google.internal', 'metadata.google.internal')).toBe(true);
    expect(names('169.254.169.254', '169.254.169.254')).toBe(true);
    expect(names('169.254.169.254/32', '169.254.169.254')).toBe(true);
    expect(names('169.254.169.254:80', '169.254.169.254', 81)).toBe(false);
    expect(names('*.internal', 'metadata.google.internal')).toBe(false);
    expect(names('169.254.0.0/16', '169.254.169.254')).toBe(false);
  });

  test('an entry of several is enough', () => {
    const list = new AllowList(['a.test', 'b.test:81'], 'tool "web"');
    expect([list.covers('a.test', 1), list.covers('b.test', 81), list.covers('b.test', 1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(list.isEmpty).toBe(false);
    expect(new AllowList([], 'tool "web"').isEmpty).toBe(true);
  });

  test.each([
    '',
    '*',
    '*.',
    '**.example.com',
    'a.*.com',
    'http://example.com',
    'example.com/path',
    'example.com?x',
    'user@example.com',
    'exa mple.com',
    ' example.com',
    'example.com:',
    'example.com:0',
    'example.com:65536',
    'example.com:http',
    'example.com:80:80',
    'example.com.',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.256',
    '10.0.0',
    '2130706433',
    '0x7f.0.0.1',
    '::1/129',
    '[::1',
    '::1]',
    'fe80::1%eth0',
    '*.0.0.1',
    'a,b',
  ])('%j is no entry', (entry) =>
    expect(() => new AllowList(['good.test', entry], 'tool "web"')).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_INVALID',
        message: expect.stringContaining(`Cannot use tool "web": ${JSON.stringify(entry)} in "allow" is no host`),
      }),
    ));
});
