import { stat } from 'node:fs/promises';
import { createJiti } from 'jiti';
import { createRealClock } from '../../base/clock.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { MODULE_LOAD_MS } from '../../base/limits.ts';
import { createSecretFilter } from '../../base/secret-filter.ts';

/** A thrown message can be of any length. */
const REASON_MAX_CHARS = 1_000;
/** A frame of a stack that is in a file: its path and line. */
const FRAME = /(?:\(|at )((?:\/|[A-Za-z]:\\|file:)[^()]*?:\d+)(?::\d+)?\)?$/;
/** What loads the module, not the module. */
const NOT_ITS_OWN = /[\\/]node_modules[\\/](jiti|vitest|vite)[\\/]/;

/**
 * Loads a module of a scenario, JavaScript or TypeScript, as it is. What it imports as `troupe` is this very package;
 * everything else comes from its own folder. Once for the process: who loads it again gets the same.
 *
 * @param path Absolute.
 * @returns Its exports by name.
 * @throws {TroupeError} `SCENARIO_INVALID`, with the file and line and what to do, if there is none, it cannot be read, it
 * throws, or it is not done within `MODULE_LOAD_MS`.
 */
export function loadModule(path: string): Promise<Exports> {
  const loaded = last.then(() => load(path));
  last = loaded.catch(() => undefined);
  return loaded;
}

type Exports = Readonly<Record<string, unknown>>;

/** One after the other: a module that is still waiting at its top level would be given to the next as if it were done. */
let last: Promise<unknown> = Promise.resolve();

async function load(path: string): Promise<Exports> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new TroupeError('SCENARIO_INVALID', `Cannot load the module "${path}": ${reason}`, { cause });
  };
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return refuse('it does not exist; the path is relative to the scenario');
  if (!found.isFile()) return refuse('it is not a file');
  // A copy on disk of what it is compiled to would be something that a rehearsal leaves behind.
  const jiti = createJiti(path, { fsCache: false, virtualModules: { troupe: await importOurselves() } });
  const clock = createRealClock();
  try {
    const work = async (): Promise<Exports> => jiti.import<Exports>(path);
    const loaded = await Promise.race([work(), clock.sleep(MODULE_LOAD_MS)]).catch((error) =>
      refuse(explain(error), error),
    );
    const late = `it was not done within ${MODULE_LOAD_MS} ms; let it wait in execute, not at its top level`;
    return loaded ?? refuse(late);
  } finally {
    clock.stop();
  }
}

/** The same instance that runs, from source or compiled; not imported above, since it imports this room. */
function importOurselves(): Promise<unknown> {
  const file = import.meta.url.endsWith('.ts') ? 'index.ts' : 'index.js';
  return import(new URL(`../../${file}`, import.meta.url).href);
}

function explain(error: unknown): string {
  const message = createSecretFilter().cut(toErrorInfo(error).message.replace(/\s+/g, ' ').trim(), REASON_MAX_CHARS);
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  const place = findPlace(error);
  const at = place === undefined ? '' : ` (${place})`;
  if (missing !== undefined) {
    const isFile = missing.startsWith('.') || missing.startsWith('/');
    const remedy = isFile ? 'check the path' : "install it in the module's folder";
    return `it imports "${missing}", which cannot be found${at}; ${remedy}`;
  }
  // The place is in the message.
  if (message.startsWith('ParseError: ')) return `its text cannot be read: ${message.slice('ParseError: '.length)}`;
  return `it throws while it is loaded: ${message}${at}`;
}

/** Where in the module, or in what it imports, an error comes from. */
function findPlace(error: unknown): string | undefined {
  const stack = error instanceof Error ? String(error.stack) : '';
  for (const line of stack.split('\n')) {
    const place = FRAME.exec(line.trim())?.[1];
    if (place !== undefined && !NOT_ITS_OWN.test(place)) return place;
  }
  return undefined;
}
