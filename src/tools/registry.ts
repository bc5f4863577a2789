import { TroupeError } from '../base/errors.ts';
import type { ToolSpec } from '../protocol.ts';
import { prepareArguments } from './check-arguments.ts';
import type { Folder } from './files/folder.ts';
import { createLineFile, createRehearsedLineFile } from './line-file.ts';
import { type OpenedTools, openTools } from './open-tools.ts';
import type { Tool, ToolOptions } from './tool.ts';

/** All tools of a run. */
export interface Toolbox {
  /** By the name they are called by: the declared ones in the scenario's order, then those from code. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** The declared names that stand for several tools, such as a server's, with the names of these. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
  /** Frees what the tools hold: servers, processes. Idempotent, never rejects. */
  close(): Promise<void>;
}

interface ToolboxOptions extends Omit<ToolOptions, 'lineFile' | 'folder'> {
  /** Tools from code, beside the declared ones. */
  readonly extra?: readonly Tool[];
}

/**
 * Makes each declared tool, once for all agents.
 *
 * @throws {TroupeError} `USAGE` if a tool from code has the name of another one; `SCENARIO_INVALID` if two declared ones
 * have the same name, or one cannot be made as declared, such as a search in a folder that does not exist. Nothing is
 * left open then.
 */
export async function createTools(
  specs: Readonly<Record<string, ToolSpec>>,
  { extra = [], ...options }: ToolboxOptions,
): Promise<Toolbox> {
  const { virtual } = options;
  const own: ToolOptions = {
    ...options,
    lineFile: oneForEachPath(virtual ? createRehearsedLineFile : createLineFile),
    folder: oneForEachPath(await openFolders(specs, virtual)),
  };
  const names = Object.keys(specs);
  const settled = await Promise.allSettled(Object.entries(specs).map(([name, spec]) => openTools(name, spec, own)));
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    // One that cannot be closed must not keep the others open.
    closing ??= Promise.allSettled(opened.map(async (one) => one.close?.()));
    await closing;
  };
  try {
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { ...collect(names, opened, extra), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param opened Of each name, in the same order. */
function collect(
  declared: readonly string[],
  opened: readonly OpenedTools[],
  extra: readonly Tool[],
): Pick<Toolbox, 'tools' | 'sets'> {
  const tools = new Map<string, Tool>();
  const sets = new Map<string, readonly string[]>();
  const names = new Set(declared);
  opened.forEach((one, index) => {
    const origin = declared[index] ?? '';
    for (const tool of one.tools) {
      if (tools.has(tool.name) || (names.has(tool.name) && tool.name !== origin)) {
        const hint = "give a server's tools a prefix, or pick others with tools or export";
        const problem = `Cannot use tool "${tool.name}" of "${origin}": there is another of that name; ${hint}`;
        throw new TroupeError('SCENARIO_INVALID', problem);
      }
      tools.set(tool.name, tool);
    }
    if (!one.isSet) return;
    sets.set(
      origin,
      one.tools.map(({ name }) => name),
    );
  });
  for (const tool of extra) {
    if (tools.has(tool.name) || names.has(tool.name)) {
      throw new TroupeError('USAGE', `Cannot add tool "${tool.name}": there is another of that name`);
    }
    tools.set(tool.name, tool);
  }
  for (const tool of tools.values()) prepareArguments(tool);
  return { tools, sets };
}

/** Built-in tools that work in a folder. */
const IN_FOLDERS: ReadonlySet<string> = new Set(['read-file', 'write-file', 'list-files']);

/** Loaded only for a scenario that has a tool which works in one. */
async function openFolders(
  specs: Readonly<Record<string, ToolSpec>>,
  virtual: boolean,
): Promise<(path: string) => Folder> {
  if (!Object.values(specs).some((spec) => 'builtin' in spec && IN_FOLDERS.has(spec.builtin))) {
    return (path) => {
      throw new TypeError(`Cannot open the folder "${path}": no tool was declared that works in one`);
    };
  }
  if (virtual) return (await import('./files/rehearsed-folder.ts')).createRehearsedFolders();
  return (await import('./files/folder.ts')).createFolder;
}

/** Several tools may work on the same file or folder. */
function oneForEachPath<T>(make: (path: string) => T): (path: string) => T {
  const made = new Map<string, T>();
  return (path) => {
    const known = made.get(path);
    if (known !== undefined) return known;
    const fresh = make(path);
    made.set(path, fresh);
    return fresh;
  };
}
