import { realpath, stat } from 'node:fs/promises';
import { TroupeError } from '../../base/errors.ts';

/**
 * The real path of the folder a tool is declared with.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if there is none, or it is no folder.
 */
export async function resolveFolder(tool: string, folder: string | undefined): Promise<string> {
  const refuse = (reason: string): never => {
    throw new TroupeError('SCENARIO_INVALID', `Cannot make tool "${tool}": ${reason}`);
  };
  if (folder === undefined) return refuse('it needs a folder');
  try {
    const real = await realpath(folder);
    return (await stat(real)).isDirectory() ? real : refuse(`"${folder}" is not a folder`);
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    return refuse(`the folder "${folder}" cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
