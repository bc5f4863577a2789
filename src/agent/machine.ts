import { type AnyActorRef, assertEvent, assign, setup } from 'xstate';
import { TroupeError } from '../base/errors.ts';
import { type AgentContext, type AgentEvent, type AgentInput, createContext } from './context.ts';
import { isGoingInCircles, noteDecision, noteFailure, startDecision, takeDecision } from './decide.ts';
import { type AgentEnvironment, abortCalls } from './environment.ts';
import { noteResult, startCalls, takeResult } from './executing-tools.ts';
import { toFlatLogic } from './flat-logic.ts';
import { hasObservation, isFinished, isOverTurns, nextObservation, noteObservation } from './observe.ts';
import { maySkipWaiting, storeEnd, storeTurn } from './storing.ts';

/**
 * The chart of an agent: observe, decide, executing-tools, storing, again and again, until done or failed.
 *
 * One machine serves all agents of a run. What a state does is in the file of its name; here is only what follows what.
 */
export function createAgentMachine(env: AgentEnvironment) {
  return setup({
    types: {} as { context: AgentContext; events: AgentEvent; input: AgentInput },
    guards: createGuards(env),
    actions: { ...toAssigns(createChanges(env)), ...createEffects(env) },
  }).createMachine({
    id: 'agent',
    context: ({ input }) => createContext(input),
    initial: 'observe',
    states: {
      observe: {
        always: [
          { guard: 'isOverTurns', target: 'failed', actions: 'failOverTurns' },
          { guard: 'hasObservation', target: 'decide', actions: ['takeObservation', 'noteObservation'] },
          { guard: 'isFinished', target: 'done' },
          { guard: 'isNotYetIdle', actions: ['becomeIdle', 'noteIdle'] },
        ],
      },
      decide: {
        entry: 'startDecision',
        on: {
          decided: [
            { guard: 'isGoingInCircles', target: 'failed', actions: 'failInCircles' },
            { guard: 'hasCalls', target: 'executing-tools', actions: ['takeDecision', 'noteDecision'] },
            { target: 'storing', actions: ['takeDecision', 'noteDecision'] },
          ],
          undecided: { target: 'failed', actions: ['takeError', 'noteFailure'] },
        },
      },
      'executing-tools': {
        entry: 'startCalls',
        on: {
          'xstate.done.actor.tool': [
            { guard: 'isLastCall', target: 'storing', actions: ['takeResult', 'noteResult'] },
            { actions: ['takeResult', 'noteResult'] },
          ],
        },
      },
      storing: {
        entry: 'storeTurn',
        always: { guard: 'maySkipWaiting', target: 'observe' },
        on: { stored: 'observe' },
      },
      done: { type: 'final' },
      failed: { type: 'final', entry: 'storeFailure' },
    },
    on: {
      message: { actions: 'takeMessage' },
      expired: { target: '.failed', actions: ['failOverTime', 'abortCalls'] },
      unstored: { target: '.failed', actions: 'takeError' },
    },
  });
}

export type AgentMachine = ReturnType<typeof createAgentMachine>;

/** The same machine, run from a compiled table: what agents are made of. */
export function createAgentLogic(env: AgentEnvironment): AgentMachine {
  return toFlatLogic(createAgentMachine(env), {
    guards: createGuards(env),
    changes: createChanges(env),
    effects: createEffects(env),
  });
}

interface GuardArgs {
  readonly context: AgentContext;
  readonly event: AgentEvent;
}

interface Args extends GuardArgs {
  readonly self: AnyActorRef;
}

function createGuards(env: AgentEnvironment) {
  return {
    isOverTurns: ({ context }: GuardArgs) => isOverTurns(context),
    hasObservation: ({ context }: GuardArgs) => hasObservation(context) && !env.isDraining(),
    isFinished: ({ context }: GuardArgs) => isFinished(context),
    isNotYetIdle: ({ context }: GuardArgs) => !context.idle,
    isGoingInCircles: ({ context, event }: GuardArgs) =>
      event.type === 'decided' && isGoingInCircles(context, event.decision),
    hasCalls: ({ event }: GuardArgs) => event.type === 'decided' && event.decision.toolCalls.length > 0,
    isLastCall: ({ context }: GuardArgs) => context.pending === 1,
    maySkipWaiting: () => maySkipWaiting(env),
  };
}

/** What becomes of the context; nothing else happens here. */
function createChanges(env: AgentEnvironment) {
  return {
    takeObservation: ({ context }: GuardArgs): Partial<AgentContext> => nextObservation(env, context),
    takeMessage: ({ context, event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, 'message');
      return { mailbox: [...context.mailbox, event.message], idle: false };
    },
    takeDecision: ({ context, event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, 'decided');
      return takeDecision(context, event.decision);
    },
    takeResult: ({ context, event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, 'xstate.done.actor.tool');
      return takeResult(context, event.output);
    },
    takeError: ({ event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, ['undecided', 'unstored']);
      return { error: event.error };
    },
    becomeIdle: (): Partial<AgentContext> => ({ idle: true }),
    failOverTurns: ({ context }: GuardArgs): Partial<AgentContext> =>
      failure('TURN_LIMIT', `one observation has used its ${context.spec.group.limits.turns} turns`),
    failInCircles: ({ context }: GuardArgs): Partial<AgentContext> =>
      failure(
        'IDENTICAL_CALLS',
        `the same calls were decided ${context.spec.group.limits.identicalCalls} times in a row`,
      ),
    failOverTime: ({ context }: GuardArgs): Partial<AgentContext> =>
      failure('WALL_LIMIT', `one observation has used its ${context.spec.group.limits.wallMs} ms`),
  };
}

/** XState wants each change marked as one. */
function toAssigns<K extends string>(changes: Record<K, (args: GuardArgs) => Partial<AgentContext>>) {
  const assigns = Object.entries(changes).map(([name, change]) => [
    name,
    assign<AgentContext, AgentEvent, undefined, AgentEvent, never>(
      change as (args: GuardArgs) => Partial<AgentContext>,
    ),
  ]);
  return Object.fromEntries(assigns) as Record<
    K,
    ReturnType<typeof assign<AgentContext, AgentEvent, undefined, AgentEvent, never>>
  >;
}

/** What happens outside the agent; the context is left as it is. */
function createEffects(env: AgentEnvironment) {
  /** What a call answers after its agent has ended is nobody's. */
  const sender = (self: AnyActorRef) => (event: AgentEvent) => {
    if (self.getSnapshot().status === 'active') self.send(event);
  };
  return {
    noteObservation: ({ context, self }: Args) => noteObservation(env, context, () => self.send({ type: 'expired' })),
    noteIdle: ({ context }: Args) => env.idle(context.spec.id),
    startDecision: ({ context, self }: Args) => startDecision(env, context, sender(self)),
    noteDecision: ({ context, event }: Args) => {
      assertEvent(event, 'decided');
      noteDecision(env, context, event.decision, event.durationMs);
    },
    noteFailure: ({ context, event }: Args) => {
      assertEvent(event, 'undecided');
      noteFailure(env, context, event.error, event.durationMs);
    },
    startCalls: ({ context, self }: Args) => startCalls(env, context, sender(self)),
    noteResult: ({ context, event }: Args) => {
      assertEvent(event, 'xstate.done.actor.tool');
      noteResult(env, context, event.output);
    },
    storeTurn: ({ context, self }: Args) => storeTurn(env, context, sender(self)),
    storeFailure: ({ context }: Args) => storeEnd(env, context, 'failed'),
    abortCalls: ({ context }: Args) =>
      abortCalls(context.work.inFlight, new TroupeError('WALL_LIMIT', 'The observation has used its time')),
  };
}

function failure(code: string, why: string): Partial<AgentContext> {
  return { error: { code, message: `Cannot go on: ${why}` } };
}
