import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { TroupeError } from '../../base/errors.ts';

/** Entries shown when a command is refused. */
const SHOWN_ENTRIES = 20;
const SHOWN_CHARS = 200;

/** A command that may be run: the program's file, and its arguments. */
export interface AllowedCommand {
  /** Absolute. */
  readonly file: string;
  /** As it was called. */
  readonly name: string;
  readonly args: readonly string[];
}

/** Gives what is to be run for a command. @throws {TroupeError} `TOOL_ARGUMENTS` if it is not allowed. */
export type AllowList = (command: readonly string[]) => AllowedCommand;

/**
 * Looks up the programs of an allow list.
 *
 * An entry allows its words as the beginning of a command, each whole and as it is spelled, and any arguments behind them.
 * Its program is looked up once: what is later put into a folder of the search path is not run in its place.
 *
 * @param tool For errors.
 * @param allow Entries such as `git log`, split at spaces.
 * @param folder Where a program given by a relative path (`./check.sh`) is.
 * @param path Folders of programs. Relative ones are passed over: they would be looked for in the folder of the commands.
 * @throws {TroupeError} `SCENARIO_INVALID` if the list is empty, or a program cannot be found.
 */
export async function createAllowList(
  tool: string,
  allow: readonly string[],
  folder: string,
  path: string,
): Promise<AllowList> {
  const refuse = (reason: string): never => {
    throw new TroupeError('SCENARIO_INVALID', `Cannot make tool "${tool}": ${reason}`);
  };
  if (allow.length === 0) refuse('it needs commands that may be run ("allow")');
  const entries = await Promise.all(
    allow.map(async (entry) => {
      const words = entry.split(/\s+/).filter((word) => word !== '');
      const [program] = words;
      if (program === undefined) return refuse('an entry of "allow" is empty');
      const file = await findProgram(program, folder, path);
      return file === undefined ? refuse(`the program "${program}" of "allow" cannot be found`) : { words, file };
    }),
  );
  return (command) => {
    const [name = '', ...args] = command;
    if (command.some((word) => word.includes('\0'))) {
      throw new TroupeError('TOOL_ARGUMENTS', 'Cannot run the command: an argument has a zero character');
    }
    const entry = entries.find(({ words }) => words.every((word, index) => word === command[index]));
    if (entry !== undefined) return { file: entry.file, name, args };
    const shown = JSON.stringify(command).slice(0, SHOWN_CHARS);
    throw new TroupeError('TOOL_ARGUMENTS', `Cannot run ${shown}: only these are allowed: ${showEntries(allow)}`);
  };
}

/** For the model, which has to know what it may run. */
export function showEntries(allow: readonly string[]): string {
  const more = allow.length - SHOWN_ENTRIES;
  return `${allow.slice(0, SHOWN_ENTRIES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** The folders of a search path in which programs are looked for. */
export function absoluteFolders(path: string): string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

async function findProgram(program: string, folder: string, path: string): Promise<string | undefined> {
  if (program.includes('/')) {
    const file = resolve(folder, program);
    return (await isProgram(file)) ? file : undefined;
  }
  for (const place of absoluteFolders(path)) {
    const file = join(place, program);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
