import type { Json, JsonObject } from '../../protocol.ts';

/** Source of the transitions that every state has but the final ones: those at the machine's root. */
export const ANY_STATE = '*';

/** A flat state machine as nodes and arrows. */
export interface ChartGraph {
  readonly id: string;
  /** The state it starts in. */
  readonly initial: string;
  /** In the machine's order. */
  readonly states: readonly ChartState[];
  /** In the machine's order, those of the root last. */
  readonly transitions: readonly ChartTransition[];
}

export interface ChartState {
  readonly id: string;
  readonly kind: 'normal' | 'final';
  /** Names of the actions on entry. */
  readonly entry: readonly string[];
  readonly description?: string;
}

export interface ChartTransition {
  /** Unique in the graph: `source/event/position`. */
  readonly id: string;
  /** A state, or `ANY_STATE`. */
  readonly source: string;
  /** The source again if it is internal. */
  readonly target: string;
  /** True: it leaves no state and enters none; statecharts write it as a line in the state's box. */
  readonly internal: boolean;
  /** Empty: eventless, taken as soon as its guard holds. */
  readonly event: string;
  readonly guard?: string;
  /** Names of the actions, in order. */
  readonly actions: readonly string[];
  readonly description?: string;
}

/** What a flat chart has none of. */
const UNKNOWN_IN_STATE = ['states', 'initial', 'invoke', 'after', 'exit', 'onDone'];
const UNKNOWN_IN_ROOT = ['invoke', 'after', 'entry', 'exit', 'always', 'onDone'];

/**
 * Reads an XState machine configuration.
 *
 * @param config As JSON: guards and actions by name, every state directly below the root.
 * @throws {TypeError} If it is no machine, or has what cannot be drawn as a flat chart.
 */
export function toChartGraph(config: Json): ChartGraph {
  const root = toMap(config, 'the configuration is no map');
  const id = toText(root.id, 'the machine has no id');
  refuse(root, UNKNOWN_IN_ROOT, `machine "${id}"`);
  const states = Object.entries(toMap(root.states ?? null, `machine "${id}" has no states`)).map(
    ([name, state]) => [name, toMap(state, `state "${name}" is no map`)] as const,
  );
  const initial = toText(root.initial, `machine "${id}" has no initial state`);
  const names = new Set(states.map(([name]) => name));
  for (const name of ['', ANY_STATE]) {
    if (names.has(name)) throw new TypeError(`Cannot draw: machine "${id}" calls a state "${name}"`);
  }
  if (!names.has(initial)) throw new TypeError(`Cannot draw: there is no state "${initial}" to start in`);
  const transitions = [...states, [ANY_STATE, root] as const].flatMap(([source, state]) =>
    toTransitions(source, state, id),
  );
  for (const { source, target } of transitions) {
    if (target !== ANY_STATE && !names.has(target)) {
      throw new TypeError(`Cannot draw: "${source}" leads to "${target}", which is no state`);
    }
  }
  return { id, initial, states: states.map(([name, state]) => toState(name, state)), transitions };
}

function toState(id: string, state: JsonObject): ChartState {
  refuse(state, UNKNOWN_IN_STATE, `state "${id}"`);
  const { type = 'atomic', description } = state;
  if (type !== 'atomic' && type !== 'final') throw new TypeError(`Cannot draw: state "${id}" is ${type}, not flat`);
  return {
    id,
    kind: type === 'final' ? 'final' : 'normal',
    entry: toNames(state.entry),
    ...(typeof description === 'string' && { description }),
  };
}

function toTransitions(source: string, state: JsonObject, machine: string): ChartTransition[] {
  const on = state.on === undefined ? {} : toMap(state.on, `"on" of "${source}" is no map`);
  const entries: (readonly [string, Json])[] = Object.entries(on);
  if (state.always !== undefined) entries.unshift(['', state.always]);
  return entries.flatMap(([event, value]) =>
    toList(value).map((entry, position) => {
      const config =
        typeof entry === 'string' ? { target: entry } : toMap(entry, `a transition of "${source}" is no map`);
      const { guard, description } = config;
      const target = toTarget(config.target, machine);
      return {
        id: `${source}/${event}/${position}`,
        source,
        target: target ?? source,
        internal: target === undefined,
        event,
        ...(guard !== undefined && { guard: toName(guard) }),
        actions: toNames(config.actions),
        ...(typeof description === 'string' && { description }),
      };
    }),
  );
}

/** `name`, `.name` and `#machine.name` are the same in a flat chart. */
function toTarget(value: Json | undefined, machine: string): string | undefined {
  const [target, ...more] = toList(value);
  if (target === undefined) return undefined;
  if (more.length > 0) throw new TypeError('Cannot draw: a transition leads to several states at once');
  const name = toText(target, 'the target of a transition is no text');
  const prefix = `#${machine}.`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name.replace(/^\./, '');
}

function toNames(value: Json | undefined): string[] {
  return toList(value).map(toName);
}

/** A guard or an action: a name, or a map with its name as `type`. */
function toName(value: Json): string {
  if (typeof value === 'string') return value;
  return toText(toMap(value, 'an action or a guard has no name').type, 'an action or a guard has no name');
}

function refuse(map: JsonObject, keys: readonly string[], where: string): void {
  const found = keys.find((key) => map[key] !== undefined);
  if (found !== undefined) throw new TypeError(`Cannot draw: ${where} has "${found}", which a flat chart has not`);
}

function toList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function toMap(value: Json, problem: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`Cannot draw: ${problem}`);
  return value;
}

function toText(value: Json | undefined, problem: string): string {
  if (typeof value !== 'string') throw new TypeError(`Cannot draw: ${problem}`);
  return value;
}
