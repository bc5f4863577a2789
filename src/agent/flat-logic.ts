import type { AnyActorRef, AnyActorScope, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';

/**
 * What the names in a chart stand for; `changes` give the next context, or undefined if it stays as it is, and `effects` leave
 * it alone.
 */
export interface Implementations<Context, Args> {
  readonly guards: Readonly<Record<string, (args: Args) => boolean>>;
  readonly changes: Readonly<Record<string, (args: Args) => Partial<Context> | undefined>>;
  readonly effects: Readonly<Record<string, (args: Args) => void>>;
}

/** Who looks on, if anybody; may come and go while actors run. */
export interface Inspection {
  /** Called with what an actor received and where it is then. Must not throw. */
  onStep?: ((self: AnyActorRef, event: AnyEventObject, snapshot: AnyMachineSnapshot) => void) | undefined;
}

interface Transition {
  readonly guard: Step | undefined;
  readonly target: State | undefined;
  readonly actions: readonly Action[];
}

interface State {
  /** A finished snapshot of this state, but for its context. */
  readonly template: AnyMachineSnapshot;
  readonly entry: Action[];
  readonly always: Transition[];
  readonly on: Map<string, readonly Transition[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of the machine, checked where it is set up
type Step = (args: any) => any;
type Action = { readonly isChange: boolean; readonly run: Step };
type Context = object;

/** Like `maxIterations` of XState: a cycle of `always` would never let go. */
const MICROSTEPS_MAX = 1_000;

/**
 * Runs a flat chart (no nesting, no parallel states, no history, no invoke, no exit actions, no self-transitions by
 * target) from a table compiled once, instead of interpreting it anew at each step.
 *
 * XState resolves each microstep by the whole SCXML algorithm: ancestors, domains, exit and entry sets, for which a
 * chart without nesting has no use. The machine stays the definition, its snapshots, persistence and inspection stay
 * XState's; a property test holds this against XState's own interpreter, step by step.
 *
 * @param machine Set up with the same implementations, so that the two can be compared and shown.
 * @param inspection Asked at each step; undefined costs nothing.
 * @returns Logic for `createActor`, of the machine's own type.
 */
export function toFlatLogic<M extends AnyStateMachine, C, A>(
  machine: M,
  implementations: Implementations<C, A>,
  inspection: Inspection = {},
): M {
  const { states, root } = compile(machine, implementations as Implementations<unknown, unknown>);
  const initial = states.get(String(machine.config.initial));
  if (initial === undefined) throw new TypeError(`Cannot compile chart "${machine.id}": it has no initial state`);

  const flat = Object.create(machine) as M;
  flat.getInitialSnapshot = (scope: AnyActorScope, input: unknown) => {
    const event = { type: 'xstate.init', input };
    const { context } = machine.config;
    const start =
      typeof context === 'function' ? context({ spawn: undefined as never, input, self: scope.self }) : context;
    // Nothing may act before the actor runs; XState defers the actions of the initial state likewise.
    const walk = new Walk(initial, start as Context, event, scope, (run) => scope.defer(run));
    walk.enter(initial);
    walk.settle();
    return walk.toSnapshot() as ReturnType<M['getInitialSnapshot']>;
  };
  flat.transition = (snapshot: AnyMachineSnapshot, event: AnyEventObject, scope: AnyActorScope) => {
    const state = states.get(snapshot.value as string);
    if (state === undefined || event.type === 'xstate.stop') return machine.transition(snapshot, event, scope);
    const walk = new Walk(state, snapshot.context as Context, event, scope, undefined);
    const moved = walk.take(state.on.get(event.type)) || walk.take(root.get(event.type));
    const settled = walk.settle();
    const next = moved || settled ? walk.toNext(snapshot) : snapshot;
    inspection.onStep?.(scope.self, event, next);
    return next;
  };
  return flat;
}

/** One macrostep: the transition an event selects, and the eventless ones that follow. */
class Walk {
  state: State;
  context: Context;
  readonly #event: AnyEventObject;
  readonly #scope: AnyActorScope;
  readonly #defer: ((run: () => void) => void) | undefined;

  constructor(
    state: State,
    context: Context,
    event: AnyEventObject,
    scope: AnyActorScope,
    defer: ((run: () => void) => void) | undefined,
  ) {
    this.state = state;
    this.context = context;
    this.#event = event;
    this.#scope = scope;
    this.#defer = defer;
  }

  /** Takes the first transition whose guard holds. @returns Whether there was one. */
  take(transitions: readonly Transition[] | undefined): boolean {
    if (transitions === undefined) return false;
    for (const { guard, target, actions } of transitions) {
      if (guard !== undefined && !guard(this.#args())) continue;
      this.#run(actions);
      if (target !== undefined) this.enter(target);
      return true;
    }
    return false;
  }

  /** Eventless transitions until none is enabled. @returns Whether there was any. */
  settle(): boolean {
    let steps = 0;
    while (this.take(this.state.always)) {
      if (++steps > MICROSTEPS_MAX) throw new Error(`Cannot settle: ${MICROSTEPS_MAX} eventless transitions in a row`);
    }
    return steps > 0;
  }

  enter(state: State): void {
    this.state = state;
    this.#run(state.entry);
  }

  toSnapshot(): AnyMachineSnapshot {
    return { ...this.state.template, context: this.context } as AnyMachineSnapshot;
  }

  /** The same snapshot if nothing is different. */
  toNext(before: AnyMachineSnapshot): AnyMachineSnapshot {
    const isSame = this.context === before.context && this.state.template.value === before.value;
    return isSame ? before : this.toSnapshot();
  }

  #run(actions: readonly Action[]): void {
    for (const { isChange, run } of actions) {
      const args = this.#args();
      if (isChange) {
        const change = run(args);
        if (change !== undefined) this.context = Object.assign({ ...this.context }, change);
      } else if (this.#defer === undefined) run(args);
      else this.#defer(() => run(args));
    }
  }

  #args() {
    return { context: this.context, event: this.#event, self: this.#scope.self };
  }
}

interface TransitionConfig {
  readonly guard?: string;
  readonly target?: string;
  readonly actions?: string | readonly string[];
}

interface StateConfig {
  readonly entry?: string | readonly string[];
  readonly always?: TransitionConfig | readonly TransitionConfig[];
  readonly on?: Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;
}

function compile(machine: AnyStateMachine, implementations: Implementations<unknown, unknown>) {
  const configs = (machine.config.states ?? {}) as Readonly<Record<string, StateConfig>>;
  const states = new Map<string, State>();
  for (const value of Object.keys(configs)) {
    const template = machine.resolveState({ value, context: {} } as never) as AnyMachineSnapshot;
    states.set(value, { template, entry: [], always: [], on: new Map() });
  }

  const toAction = (name: string): Action => {
    const change = implementations.changes[name];
    const run = change ?? implementations.effects[name];
    if (run === undefined) throw new TypeError(`Cannot compile chart "${machine.id}": no action "${name}"`);
    return { isChange: change !== undefined, run };
  };
  const toTransition = (config: string | TransitionConfig): Transition => {
    const { guard, target, actions } = typeof config === 'string' ? { target: config } : config;
    const test = guard === undefined ? undefined : implementations.guards[guard];
    const state = target === undefined ? undefined : states.get(target.replace(/^\./, ''));
    if ((guard !== undefined && test === undefined) || (target !== undefined && state === undefined)) {
      throw new TypeError(`Cannot compile chart "${machine.id}": no guard "${guard}" or no state "${target}"`);
    }
    return { guard: test, target: state, actions: toList(actions).map(toAction) };
  };
  const toTable = (on: StateConfig['on'] = {}) =>
    Object.entries(on).map(([type, config]) => [type, toList(config).map(toTransition)] as const);

  for (const [value, state] of states) {
    const config = configs[value] ?? {};
    state.entry.push(...toList(config.entry).map(toAction));
    state.always.push(...toList(config.always).map(toTransition));
    for (const [type, transitions] of toTable(config.on)) state.on.set(type, transitions);
  }
  return { states, root: new Map(toTable(machine.config.on as StateConfig['on'])) };
}

function toList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
