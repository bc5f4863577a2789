import { posix, win32 } from 'node:path';
import { NAME_MAX_BYTES, PATH_MAX_NAMES } from '../../base/limits.ts';
import { Refusal } from './explain.ts';

/** Names that are devices on Windows in every folder, whatever comes after a dot. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;
/** Half a surrogate pair: it would become another character on disk, and two names one. */
const HALF_CHARACTER = /\p{Surrogate}/u;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Takes a relative path apart, and refuses as text what leads elsewhere or is no name on some system.
 *
 * Spelling stays as it is: a name is not decoded, not trimmed and not brought into a Unicode normal form.
 *
 * @param path With `/`, or the system's separator. `.` and empty parts fall away.
 * @param use `write` also refuses names that another system could not have.
 * @returns The names from the folder down; none for the folder itself.
 * @throws {Refusal}
 */
export function parsePath(
  path: string,
  use: 'read' | 'list' | 'write',
  platform: NodeJS.Platform = process.platform,
): string[] {
  if (path === '') throw new Refusal('the path is empty');
  if (path.includes('\0')) throw new Refusal('the path has a zero character');
  if (HALF_CHARACTER.test(path)) throw new Refusal('the path has half a character');
  if (posix.isAbsolute(path) || win32.isAbsolute(path) || /^[a-z]:/i.test(path)) {
    throw new Refusal('the path is not relative');
  }
  if (path.split(/[\\/]/).includes('..')) throw new Refusal('the path leads upwards');
  if (use !== 'list' && path.endsWith('/')) throw new Refusal('the path ends like that of a folder');
  const names = path.split(platform === 'win32' ? /[\\/]/ : '/').filter((name) => name !== '' && name !== '.');
  if (names.length > PATH_MAX_NAMES) throw new Refusal(`the path is too long: over ${PATH_MAX_NAMES} names`);
  for (const name of names) {
    if (Buffer.byteLength(name) > NAME_MAX_BYTES) throw new Refusal('the path is too long');
    const problem = use === 'write' || platform === 'win32' ? findProblem(name, platform) : undefined;
    if (problem !== undefined) throw new Refusal(`${JSON.stringify(name)} ${problem}`);
  }
  return names;
}

/** On Windows such a name leads to a device, a hidden stream or another file; elsewhere nobody could take it there. */
function findProblem(name: string, platform: NodeJS.Platform): string | undefined {
  if (CONTROL_CHARACTER.test(name)) return 'has a control character';
  if (name.includes('\\')) return 'has a backslash; folders are parted by "/"';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space';
  if (DEVICE.test(name)) return 'is the name of a device on Windows';
  if (platform === 'win32' && /[<>:"|?*]/.test(name)) return 'has a character that Windows does not allow';
  return undefined;
}
