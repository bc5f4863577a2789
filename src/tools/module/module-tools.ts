import { TroupeError } from '../../base/errors.ts';
import type { ModuleToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';
import { loadModule } from './load-module.ts';

/** Names shown of a module's exports. */
const SHOWN_NAMES = 20;

export interface ModuleTools {
  readonly tools: readonly Tool[];
  /** True: they have their own names, and the declared one stands for all of them. */
  readonly isSet: boolean;
}

/**
 * The tools that a module exports: every export that is a tool or a list of tools, or the one that `export` names. A single
 * one gets the declared name, several keep their own.
 *
 * @param name The declared one.
 * @throws {TroupeError} `SCENARIO_INVALID` if the module cannot be loaded, has no such export, or exports no tool.
 */
export async function openModuleTools(name: string, spec: ModuleToolSpec): Promise<ModuleTools> {
  const { module, timeoutMs, description } = spec;
  const refuse = (reason: string): never => {
    throw new TroupeError('SCENARIO_INVALID', `Cannot make tool "${name}" of the module "${module}": ${reason}`);
  };
  const exports = await loadModule(module);
  const found = spec.export === undefined ? findTools(exports, refuse) : pick(exports, spec.export, refuse);
  const tools = [...new Set(found)];
  const isSet = tools.length > 1;
  if (isSet && description !== undefined) {
    refuse(
      `it has ${tools.length} tools, each with its own description; pick one with export, or leave out description`,
    );
  }
  const adapted = tools.map((tool) => ({
    name: isSet ? tool.name : name,
    description: description ?? tool.description,
    parameters: tool.parameters,
    timeoutMs: timeoutMs ?? tool.timeoutMs,
    effects: spec.effects ?? tool.effects,
    external: tool.external !== false,
    checksArguments: tool.checksArguments ?? false,
    // As a method: it may be of a class.
    execute: ((args, context) => tool.execute(args, context)) satisfies Tool['execute'],
  }));
  return { tools: adapted, isSet };
}

type Refuse = (reason: string) => never;

function findTools(exports: Readonly<Record<string, unknown>>, refuse: Refuse): Tool[] {
  const tools = Object.entries(exports).flatMap(([name, value]) => {
    if (isTool(value)) return [value];
    return Array.isArray(value) && value.some(isTool) ? checkList(name, value, refuse) : [];
  });
  if (tools.length > 0) return tools;
  return refuse(`it exports no tool${listExports(exports)}; export what defineTool makes`);
}

function pick(exports: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): Tool[] {
  if (!Object.hasOwn(exports, name)) return refuse(`it has no export "${name}"${listExports(exports)}`);
  const value = exports[name];
  if (isTool(value)) return [value];
  if (Array.isArray(value) && value.length > 0) return checkList(name, value, refuse);
  return refuse(`its export "${name}" is no tool; export what defineTool makes`);
}

function checkList(name: string, list: readonly unknown[], refuse: Refuse): Tool[] {
  return list.map((item, index) =>
    isTool(item) ? item : refuse(`item ${index + 1} of its export "${name}" is no tool; put in what defineTool makes`),
  );
}

function listExports(exports: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exports);
  if (names.length === 0) return ', nor anything else';
  return `; it exports ${names.slice(0, SHOWN_NAMES).join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}`;
}

/** By what it has, not by who made it: it may come from another copy of this package. */
function isTool(value: unknown): value is Tool {
  if (typeof value !== 'object' || value === null) return false;
  const tool = value as Partial<Tool>;
  return (
    typeof tool.name === 'string' &&
    typeof tool.description === 'string' &&
    typeof tool.parameters === 'object' &&
    typeof tool.effects === 'string' &&
    typeof tool.execute === 'function'
  );
}
