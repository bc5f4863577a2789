/**
 * The address of a server, if requests with these headers can be sent to it.
 *
 * @throws {Error} Why not, as a sentence without its end. It holds neither the address nor a header's value: they may be secrets.
 */
export function checkAddress(address: string, headers: Readonly<Record<string, string>>): URL {
  if (!URL.canParse(address)) throw new Error('its address is no URL');
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) throw new Error('its address has to begin with http or https');
  // Whoever sends requests would refuse it, with all of it in the error.
  if (url.username !== '' || url.password !== '') {
    throw new Error('its address must not hold a user or a password; use `headers:`');
  }
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new Error(`the header "${name}" or its value has a character that cannot be sent`);
    }
  }
  return url;
}
