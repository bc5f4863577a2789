import { expect, test } from 'vitest';
import { toMonitorAddress } from '../../src/cli/monitor-address.ts';

test.each([
  ['off', 'off'],
  ['0', { port: 0 }],
  ['4600', { port: 4_600 }],
  ['65535', { port: 65_535 }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  ['0.0.0.0:4600', { host: '0.0.0.0', port: 4_600 }],
  ['my-host.example:1', { host: 'my-host.example', port: 1 }],
  ['[::1]:4600', { host: '::1', port: 4_600 }],
  ['[::]:0', { host: '::', port: 0 }],
])('%s is %j', (text, expected) => {
  expect(toMonitorAddress(text)).toEqual(expected);
});

test.each([
  '',
  ' ',
  'on',
  'OFF',
  '-1',
  '65536',
  '99999',
  '123456',
  '1.5',
  '1e3',
  '0x10',
  '４６００',
  ' 4600',
  '4600 ',
  '4600\n',
  ':4600',
  'localhost',
  'localhost:',
  'localhost:65536',
  'a b:1',
  'http://127.0.0.1:4600',
  '127.0.0.1:4600/',
  'user@host:1',
  '::1',
  '::1:4600',
  '[::1]',
  '[]:1',
  '[localhost]:1',
])('%j is refused', (text) => {
  expect(() => toMonitorAddress(text)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: `Cannot read --monitor ${JSON.stringify(text)}: expected a port from 0 to 65535, HOST:PORT, or "off"`,
    }),
  );
});
