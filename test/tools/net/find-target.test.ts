import { isIP } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { AllowList } from '../../../src/tools/net/allow-list.ts';
import { findTarget } from '../../../src/tools/net/find-target.ts';

const PUBLIC = '93.184.216.34';

function find(url: string, allow: string[], ...addresses: string[]) {
  const resolve = vi.fn(async () => addresses.map((address) => ({ address, family: isIP(address) })));
  return findTarget(new URL(url), new AllowList(allow, 'test'), resolve).then(
    ({ addresses: found, isListed }) => [found.map(({ address }) => address).join(' '), isListed],
    (error: Error) => error.message,
  );
}
const refused = 'its host is not a public one, and "allow" of the tool does not list it';

describe('findTarget', () => {
  test('public hosts may be reached by everyone', async () => {
    expect(await find('https://a.test/', [], PUBLIC, '2606:4700::1111')).toEqual([`${PUBLIC} 2606:4700::1111`, false]);
    expect(await find(`http://${PUBLIC}/`, [])).toEqual([PUBLIC, false]);
    expect(await find('http://[2606:4700::1111]/', [])).toEqual(['2606:4700::1111', false]);
    expect(await find('https://a.test/', ['b.test'], PUBLIC)).toEqual([PUBLIC, false]);
  });

  test('a listed name may have any address', async () => {
    expect(await find('http://a.test/', ['a.test'], '10.0.0.1', '::1')).toEqual(['10.0.0.1 ::1', true]);
    expect(await find('http://a.test./', ['*.test:80'], '10.0.0.1')).toEqual(['10.0.0.1', true]);
    expect(await find('https://a.test/', ['a.test:443'], '10.0.0.1')).toEqual(['10.0.0.1', true]);
    expect(await find('http://a.test:81/', ['a.test:80'], '10.0.0.1')).toBe(refused);
    expect(await find('http://b.test/', ['a.test'], '10.0.0.1')).toBe(refused);
    expect(await find('https://a.test/', ['a.test'], PUBLIC)).toEqual([PUBLIC, true]);
  });

  test('a listed address may be reached by its own text and by any name', async () => {
    expect(await find('http://10.1.2.3/', ['10.0.0.0/8'])).toEqual(['10.1.2.3', true]);
    expect(await find('http://[::ffff:10.1.2.3]/', ['10.0.0.0/8'])).toEqual(['::ffff:a01:203', true]);
    expect(await find('http://[fd00::1]:81/', ['[fd00::/8]:81'])).toEqual(['fd00::1', true]);
    expect(await find('http://a.test/', ['10.0.0.0/8'], '10.1.2.3')).toEqual(['10.1.2.3', true]);
    expect(await find('http://a.test/', ['10.0.0.0/8'], '10.1.2.3', PUBLIC)).toEqual([`10.1.2.3 ${PUBLIC}`, false]);
    expect(await find('http://a.test/', ['10.0.0.0/8'], '10.1.2.3', '192.168.0.1')).toBe(refused);
  });

  test('metadata is reached only if its address and its name are listed by themselves', async () => {
    const address = '169.254.169.254';
    const name = 'metadata.google.internal';
    expect(await find(`http://${address}/`, ['169.254.0.0/16'])).toBe(refused);
    expect(await find(`http://${address}/`, [address])).toEqual([address, true]);
    expect(await find('http://a.test/', ['a.test'], address)).toBe(refused);
    expect(await find(`http://${name}/`, ['*.internal'], PUBLIC)).toBe(refused);
    expect(await find(`http://${name}/`, [name], address)).toBe(refused);
    expect(await find(`http://${name}./`, [name, address], address)).toEqual([address, true]);
  });

  test('a name without addresses is refused, and a resolver that fails fails it', async () => {
    expect(await find('http://a.test/', ['a.test'])).toBe(refused);
    const none = new AllowList([], 'test');
    await expect(findTarget(new URL('http://a.test/'), none, () => Promise.reject(new Error('none')))).rejects.toThrow(
      'none',
    );
  });

  test('by default the system resolves names, and is not asked for an address', async () => {
    const local = new AllowList(['localhost'], 'test');
    const { addresses } = await findTarget(new URL('http://localhost/'), local);
    expect(addresses.length).toBeGreaterThan(0);
    const resolve = vi.fn();
    await findTarget(new URL('http://8.8.8.8/'), local, resolve);
    expect(resolve).not.toHaveBeenCalled();
  });
});
