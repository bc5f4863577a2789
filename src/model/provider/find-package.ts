import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isObject } from './is-object.ts';

const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

/**
 * Finds a provider's package: the one that is installed where troupe was started, or else one beside troupe itself.
 *
 * @param packageName Of an npm package.
 * @returns The file that is to be imported; undefined if it is not installed.
 */
export function findPackage(packageName: string): string | undefined {
  return resolveFrom(join(process.cwd(), 'package.json'), packageName) ?? resolveFrom(import.meta.url, packageName);
}

function resolveFrom(place: string, packageName: string): string | undefined {
  const require = createRequire(place);
  try {
    return require.resolve(packageName);
  } catch {
    // Not there; or it can be imported only, which `require` does not look for.
    for (const folder of require.resolve.paths(packageName) ?? []) {
      const entry = findEntry(join(folder, packageName));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

function findEntry(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    const { exports, main } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const root = isObject(exports) && '.' in exports ? exports['.'] : exports;
    const entry = chooseEntry(root) ?? (typeof main === 'string' ? main : 'index.js');
    return join(folder, entry);
  } catch {
    return undefined;
  }
}

function chooseEntry(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  for (const [condition, entry] of Object.entries(value)) {
    const chosen = CONDITIONS.includes(condition) ? chooseEntry(entry) : undefined;
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}
