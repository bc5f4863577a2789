import type { SourceSpec } from '../protocol.ts';
import { createCron } from './cron.ts';
import { createEvery } from './every.ts';
import { createFolder } from './folder.ts';
import { Outlet } from './outlet.ts';
import { createPushed } from './pushed.ts';
import type { Source, SourceOptions } from './source.ts';
import { createStandardInput } from './standard-input.ts';
import { createTail } from './tail.ts';

/**
 * Makes a source of what a scenario says about it; nothing happens before it is started.
 *
 * @returns For `http` a `PushSource`.
 * @throws {TroupeError} Rejects with `TEMPLATE` if a template cannot be read, with `SCENARIO_INVALID` if a schedule cannot.
 */
export async function openSource(name: string, spec: SourceSpec, options: SourceOptions): Promise<Source> {
  const outlet = new Outlet(name, spec, options);
  switch (spec.kind) {
    case 'every':
      return createEvery(outlet, spec);
    case 'cron':
      return createCron(outlet, spec);
    case 'tail':
      return createTail(outlet, spec);
    case 'folder':
      return createFolder(outlet, spec);
    case 'stdin':
      return createStandardInput(outlet);
    case 'http':
      return createPushed(outlet, spec);
  }
}
