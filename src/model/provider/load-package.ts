import { pathToFileURL } from 'node:url';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { findPackage } from './find-package.ts';
import { isObject } from './is-object.ts';

/** A name in an npm registry, and nothing that leads elsewhere. */
const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const NAME_MAX_CHARS = 214;

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
  const file = findPackage(packageName);
  if (file === undefined) {
    throw new TroupeError(
      'MODEL_UNAVAILABLE',
      `Cannot use model "${name}": ${toAbsence(packageName)}; npm install ${packageName}`,
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

/** Whoever has mistyped a provider's short name wants no package. */
function toAbsence(packageName: string): string {
  if (packageName.startsWith('@')) return `the package "${packageName}" is not installed`;
  return (
    `the provider "${packageName}" is none of those with a short name (openai, anthropic, google, openai-compatible), ` +
    `and the package "${packageName}" is not installed`
  );
}
