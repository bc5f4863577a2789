import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign, createActor, createMachine } from 'xstate';
import { type Inspection, toFlatLogic } from '../../src/agent/flat-logic.ts';

const STATES = ['a', 'b', 'c', 'end'] as const;
const EVENTS = ['x', 'y', 'z'] as const;
const GUARDS = ['even', 'small', 'never'] as const;
const ACTIONS = ['add', 'double', 'log', 'logState'] as const;

interface Context {
  readonly n: number;
}

/** A flat chart of any shape; `always` only behind a guard that the transition itself turns off. */
const charts = fc.record({
  entries: fc.array(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  transitions: fc.array(
    fc.record({
      from: fc.constantFrom('a', 'b', 'c', 'root'),
      event: fc.constantFrom(...EVENTS),
      guard: fc.option(fc.constantFrom(...GUARDS), { nil: undefined }),
      target: fc.option(fc.constantFrom(...STATES), { nil: undefined }),
      actions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 3 }),
    }),
    { maxLength: 20 },
  ),
  always: fc.array(fc.record({ from: fc.constantFrom('a', 'b', 'c'), target: fc.constantFrom('b', 'c', 'end') }), {
    maxLength: 3,
  }),
});

/** The same chart run by XState and by the table, with what each of them logged. */
function build(chart: typeof charts extends fc.Arbitrary<infer T> ? T : never) {
  const log: string[] = [];
  const guards = {
    even: ({ context }: { context: Context }) => context.n % 2 === 0,
    small: ({ context }: { context: Context }) => context.n < 20,
    never: () => false,
    once: ({ context }: { context: Context }) => context.n % 7 === 3,
  };
  const changes = {
    add: ({ context }: { context: Context }) => ({ n: context.n + 1 }),
    double: ({ context }: { context: Context }) => ({ n: (context.n * 2) % 1_000 }),
  };
  const effects = {
    log: ({ context }: { context: Context }) => void log.push(`n=${context.n}`),
    logState: ({ event, self }: { event: { type: string }; self: { id: string } }) =>
      void log.push(`${self.id} ${event.type}`),
  };
  const on = (from: string) => {
    const table: Record<string, object[]> = {};
    for (const { event, guard, target, actions } of chart.transitions.filter((each) => each.from === from)) {
      // A transition to its own state is re-entry in one form and not in the other; agents have none.
      if (target === from) continue;
      const to = target === undefined ? {} : { target: from === 'root' ? `.${target}` : target };
      table[event] = [...(table[event] ?? []), { ...(guard && { guard }), ...to, actions }];
    }
    return table;
  };
  const config = {
    id: 'chart',
    initial: 'a',
    context: { n: 1 },
    on: on('root'),
    states: Object.fromEntries([
      ...['a', 'b', 'c'].map((state, i) => [
        state,
        {
          entry: chart.entries[i],
          on: on(state),
          always: chart.always
            .filter(({ from, target }) => from === state && target !== state)
            .map(({ target }) => ({ guard: 'once', target, actions: ['add'] })),
        },
      ]),
      ['end', { type: 'final', entry: ['log'] }],
    ]),
  };
  const machine = createMachine(config as never).provide({
    guards,
    actions: { add: assign(changes.add as never), double: assign(changes.double as never), ...effects },
  } as never) as AnyStateMachine;
  return { machine, log, implementations: { guards, changes, effects } as never };
}

function walk(logic: AnyStateMachine, log: string[], events: readonly string[]) {
  const actor = createActor(logic, { id: 'it' });
  const steps: unknown[] = [];
  let ended = false;
  actor.subscribe({ complete: () => (ended = true), error: (error) => steps.push(String(error)) });
  actor.start();
  const look = () => {
    const { value, context, status } = actor.getSnapshot();
    steps.push({ value, context, status, log: [...log] });
  };
  look();
  for (const type of events) {
    if (actor.getSnapshot().status !== 'active') break;
    actor.send({ type });
    look();
  }
  return { steps, ended };
}

test('walks any flat chart exactly as XState does', () => {
  fc.assert(
    fc.property(charts, fc.array(fc.constantFrom(...EVENTS, 'unknown'), { maxLength: 12 }), (chart, events) => {
      // A root transition into the state one is in re-enters it in XState; the table does the same.
      const theirs = build(chart);
      const ours = build(chart);
      expect(walk(toFlatLogic(ours.machine, ours.implementations), ours.log, events)).toEqual(
        walk(theirs.machine, theirs.log, events),
      );
    }),
    { numRuns: 500 },
  );
});

describe('the logic', () => {
  const chart = {
    entries: [[], ['log'], []],
    transitions: [{ from: 'a', event: 'x', guard: undefined, target: 'b', actions: ['add'] }],
    always: [],
  } as never;

  test('is persisted and restored by XState itself', () => {
    const { machine, implementations } = build(chart);
    const logic = toFlatLogic(machine, implementations);
    const actor = createActor(logic).start();
    actor.send({ type: 'x' });
    const restored = createActor(logic, { snapshot: actor.getPersistedSnapshot() }).start();
    expect(restored.getSnapshot().value).toBe('b');
    expect(restored.getSnapshot().context).toEqual({ n: 2 });
    expect(restored.getSnapshot().matches('b')).toBe(true);
  });

  test('stops like any actor', () => {
    const { machine, implementations } = build(chart);
    const actor = createActor(toFlatLogic(machine, implementations)).start();
    actor.stop();
    expect(actor.getSnapshot().status).toBe('stopped');
  });

  test('a throw ends the actor with that error, as in XState', () => {
    const { machine, implementations } = build(chart);
    const broken = {
      ...(implementations as object),
      changes: {
        add: () => {
          throw new Error('broken');
        },
        double: () => ({}),
      },
    };
    const actor = createActor(toFlatLogic(machine, broken as never));
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    actor.send({ type: 'x' });
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(actor.getSnapshot().status).toBe('error');
  });

  test('refuses a chart that names what does not exist', () => {
    const { machine } = build(chart);
    expect(() => toFlatLogic(machine, { guards: {}, changes: {}, effects: {} })).toThrow(
      'Cannot compile chart "chart": no action',
    );
  });

  test('refuses to go round for ever', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { always: { guard: 'yes', target: 'b' } }, b: { always: { guard: 'yes', target: 'a' } } },
    } as never);
    const actor = createActor(
      toFlatLogic(machine as AnyStateMachine, { guards: { yes: () => true }, changes: {}, effects: {} }),
    );
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    expect(String(errors[0])).toMatch(/eventless transitions in a row/);
  });
});

describe('whoever looks on', () => {
  const chart = {
    entries: [[], [], []],
    transitions: [
      { from: 'a', event: 'x', guard: undefined, target: 'b', actions: ['add'] },
      { from: 'b', event: 'z', guard: undefined, target: 'end', actions: [] },
    ],
    always: [],
  } as never;

  test('sees each step with what it led to, also one that changes nothing, and not the start', () => {
    const { machine, implementations } = build(chart);
    const steps: unknown[] = [];
    const inspection: Inspection = {
      onStep: (self, event, { value, status, context }) => steps.push([self.id, event.type, value, status, context.n]),
    };
    const actor = createActor(toFlatLogic(machine, implementations, inspection), { id: 'it' }).start();
    for (const type of ['y', 'x', 'z']) actor.send({ type });
    expect(steps).toEqual([
      ['it', 'y', 'a', 'active', 1],
      ['it', 'x', 'b', 'active', 2],
      ['it', 'z', 'end', 'done', 2],
    ]);
  });

  test('may come and go while actors run, and changes nothing', () => {
    const [watched, plain] = [build(chart), build(chart)];
    const inspection: Inspection = {};
    const actor = createActor(toFlatLogic(watched.machine, watched.implementations, inspection), { id: 'it' }).start();
    const other = createActor(toFlatLogic(plain.machine, plain.implementations), { id: 'it' }).start();
    let seen = 0;
    for (const type of ['y', 'x', 'y', 'z']) {
      inspection.onStep = type === 'y' ? () => void seen++ : undefined;
      actor.send({ type });
      other.send({ type });
      expect(actor.getSnapshot().toJSON()).toEqual(other.getSnapshot().toJSON());
    }
    expect(seen).toBe(2);
  });

  test('does not see the stop', () => {
    const { machine, implementations } = build(chart);
    const seen: string[] = [];
    const inspection: Inspection = { onStep: (_, event) => void seen.push(event.type) };
    createActor(toFlatLogic(machine, implementations, inspection))
      .start()
      .stop();
    expect(seen).toEqual([]);
  });
});
