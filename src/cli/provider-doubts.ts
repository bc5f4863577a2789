import { findPackage } from '../model/provider/find-package.ts';
import type { Scenario } from '../protocol.ts';
import { suggest } from '../scenario/text/suggest.ts';

const KNOWN = ['simulated', 'openai', 'anthropic', 'google', 'openai-compatible', 'code'];

/**
 * Providers that may be mistyped: any npm package may be one, but this one is not installed, and its name is near to that
 * of a provider that troupe knows.
 *
 * @returns A text for each model.
 */
export function findProviderDoubts(models: Scenario['models']): string[] {
  return Object.entries(models).flatMap(([name, { provider }]) => {
    const near = KNOWN.includes(provider) ? undefined : suggest(provider, KNOWN);
    if (near === undefined || findPackage(provider) !== undefined) return [];
    return [
      `models.${name}.provider: there is no provider "${provider}", and no package of that name is installed; ` +
        `did you mean "${near}"?`,
    ];
  });
}
