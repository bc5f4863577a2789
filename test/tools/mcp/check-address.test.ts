import { expect, test } from 'vitest';
import { checkAddress } from '../../../src/tools/mcp/check-address.ts';

test('an address that can be used', () => {
  expect(checkAddress('https://a.example/mcp?b=c', { authorization: 'Bearer x' }).href).toBe(
    'https://a.example/mcp?b=c',
  );
});

test.each([
  ['secret', {}, 'its address is no URL'],
  ['file:///secret', {}, 'its address has to begin with http or https'],
  ['http://me:secret@a.example/', {}, 'its address must not hold a user or a password; use `headers:`'],
  ['http://secret@a.example/', {}, 'its address must not hold a user or a password; use `headers:`'],
  [
    'http://a.example/',
    { ok: 'a', key: 'secret\nsecret' },
    'the header "key" or its value has a character that cannot be sent',
  ],
  ['http://a.example/', { 'a b': 'secret' }, 'the header "a b" or its value has a character that cannot be sent'],
])('%s %j: says why not, and no secret', (address, headers, message) => {
  expect(() => checkAddress(address, headers as Record<string, string>)).toThrow(new Error(message));
});
