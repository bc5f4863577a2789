import { TroupeError } from './errors.ts';
import { createSecretFilter } from './secret-filter.ts';

/**
 * An error of ours with no secret in its message, which may quote what a module has thrown or a server has said. Others
 * stay as they are.
 */
export function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof TroupeError)) return error;
  const message = createSecretFilter().text(error.message);
  return message === error.message ? error : new TroupeError(error.code, message, { cause: error.cause });
}
