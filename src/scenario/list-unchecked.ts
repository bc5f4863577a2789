import type { ModelSpec, ProviderModelSpec, Scenario, ToolSpec } from '../protocol.ts';

/** Of many of a kind, so many are named. */
const SHOWN = 5;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g;

/**
 * What a check of a scenario has left alone, since it is only there, or only started, when the scenario runs.
 *
 * @returns A text for each kind that the scenario has any of: `modules (stock)`.
 */
export function listUnchecked({ models, tools }: Scenario): string[] {
  const providers = Object.entries(models).filter(([, model]) => isProvider(model));
  const texts = [...providers.map(([, model]) => toModelTexts(model)), ...Object.values(tools).map(toToolTexts)];
  const variables = [...JSON.stringify(texts).matchAll(VARIABLE)].map(([, name]) => name ?? '');
  return [
    ...toEntry('what modules export', namesOf(tools, 'module')),
    ...toEntry('MCP servers', namesOf(tools, 'mcp')),
    ...toEntry(
      'packages, keys and servers of models',
      providers.map(([name]) => name),
    ),
    ...toEntry('the environment', [...new Set(variables)]),
  ];
}

function isProvider(model: ModelSpec): model is ProviderModelSpec {
  return model.provider !== 'simulated' && model.provider !== 'code';
}

function namesOf(tools: Scenario['tools'], kind: 'module' | 'mcp'): string[] {
  return Object.entries(tools).flatMap(([name, tool]) => (kind in tool ? name : []));
}

/** Those in which variables are filled in. */
function toModelTexts(spec: ModelSpec): unknown {
  if (!isProvider(spec)) return [];
  const { model, baseUrl, apiKey, headers } = spec;
  return [model, baseUrl, apiKey, headers];
}

function toToolTexts(tool: ToolSpec): unknown {
  if ('mcp' in tool) return tool.mcp;
  return ['headers' in tool ? tool.headers : {}, 'env' in tool ? tool.env : {}];
}

function toEntry(kind: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return [`${kind} (${names.slice(0, SHOWN).join(', ')}${more})`];
}
