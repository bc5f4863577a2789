import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { isObject } from './is-object.ts';

/** A name in an npm registry, and nothing that leads elsewhere. */
const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const NAME_MAX_CHARS = 214;
const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

/**
 * Loads a provider's package: the one that is installed where troupe was started, or else one beside troupe itself.
 *
 * @param name The model's, for messages.
 * @param packageName Of an npm package.
 * @returns What it exports.
 * @throws {TroupeError} `MODEL_UNAVAILABLE` if it is not installed, or cannot be loaded.
 */
export async function loadPackage(name: string, packageName: string): Promise<Record<string, unknown>> {
  if (!PACKAGE_NAME.test(packageName) || packageName.length > NAME_MAX_CHARS) {
    throw new TroupeError(
      'MODEL_UNAVAILABLE',
      `Cannot use model "${name}": the provider "${packageName}" is neither one that troupe knows nor the name of an npm package`,
    );
  }
  const file =
    resolveFrom(join(process.cwd(), 'package.json'), packageName) ?? resolveFrom(import.meta.url, packageName);
  if (file === undefined) {
    throw new TroupeError(
      'MODEL_UNAVAILABLE',
      `Cannot use model "${name}": the package "${packageName}" is not installed; npm install ${packageName}`,
    );
  }
  try {
    const loaded: Record<string, unknown> = await import(pathToFileURL(file).href);
    // Of a CommonJS package, Node does not always see what it exports.
    return isObject(loaded.default) ? { ...loaded.default, ...loaded } : loaded;
  } catch (error) {
    throw new TroupeError(
      'MODEL_UNAVAILABLE',
      `Cannot use model "${name}": the package "${packageName}" cannot be loaded by Node ${process.versions.node}: ${toErrorInfo(error).message}`,
      { cause: error },
    );
  }
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
