import { type AnyActorRef, assertEvent, assign, setup } from 'xstate';
import { TroupeError } from '../base/errors.ts';
import { type AgentContext, type AgentEvent, type AgentInput, createContext } from './context.ts';
import {
  askAgain,
  isFlawedAgain,
  isGoingInCircles,
  noteDecision,
  noteFailure,
  noteRefusal,
  startDecision,
  takeDecision,
} from './decide.ts';
import { type AgentEnvironment, abortCalls } from './environment.ts';
import { noteResult, startCalls, takeResult } from './executing-tools.ts';
import { toFlatLogic } from './flat-logic.ts';
import {
  continueTime,
  hasObservation,
  holdTime,
  isFinished,
  isNewMessage,
  isOverTurns,
  nextObservation,
  noteMessage,
  noteObservation,
} from './observe.ts';
import { isCut, isCutBeforeStoring, noteCut, takeCut, toRefusal } from './recall.ts';
import { maySkipWaiting, storeTurn } from './storing.ts';

const FINAL = { type: 'final' } as const;
const ENDS = { done: FINAL, failed: FINAL, stopped: FINAL };
/** Taken, told, and then forgotten. */
const RECALL = ['takeCut', 'noteCut', 'dropCut'] as const;

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
        description: 'takes what comes next',
        always: [
          { guard: 'isRefused', target: 'failed', actions: 'refuse', description: 'an interrupted call' },
          {
            guard: 'isCutBeforeStoring',
            target: 'storing',
            actions: RECALL,
            description: 'cut short when its calls had settled',
          },
          { guard: 'isCut', target: 'executing-tools', actions: RECALL, description: 'cut short after its decision' },
          { guard: 'isOverTurns', target: 'failed', actions: 'failOverTurns', description: 'out of turns' },
          {
            guard: 'hasObservation',
            target: 'decide',
            actions: ['takeObservation', 'noteObservation'],
            description: 'something to decide about',
          },
          { guard: 'isFinished', target: 'done', description: 'nothing left' },
          { guard: 'isNotYetIdle', actions: ['becomeIdle', 'noteIdle'] },
        ],
        on: { close: { target: 'done', description: 'nothing more will come' } },
      },
      decide: {
        description: 'asks the model',
        entry: 'startDecision',
        on: {
          decided: [
            {
              guard: 'isFlawedAgain',
              target: 'failed',
              actions: ['takeDecision', 'noteDecision', 'failFlawed'],
              description: 'flawed again',
            },
            {
              guard: 'isGoingInCircles',
              target: 'failed',
              actions: ['noteRefusal', 'failInCircles'],
              description: 'in circles',
            },
            {
              guard: 'hasCalls',
              target: 'executing-tools',
              actions: ['takeDecision', 'noteDecision'],
              description: 'calls',
            },
            { target: 'storing', actions: ['takeDecision', 'noteDecision'], description: 'a reply alone' },
          ],
          unaffordable: [
            {
              guard: 'finishesAtLimit',
              target: 'done',
              actions: 'takeError',
              description: 'out of budget, with what it has',
            },
            { guard: 'stopsAtLimit', target: 'stopped', actions: 'takeError', description: 'out of budget' },
            { actions: 'park' },
          ],
          undecided: { target: 'failed', actions: ['takeError', 'noteFailure'], description: 'no decision' },
        },
      },
      'executing-tools': {
        description: 'runs the calls side by side',
        entry: 'startCalls',
        on: {
          'xstate.done.actor.tool': [
            {
              guard: 'isLastCall',
              target: 'storing',
              actions: ['takeResult', 'noteResult'],
              description: 'every call has settled',
            },
            { actions: ['takeResult', 'noteResult'] },
          ],
        },
      },
      storing: {
        description: 'hands the turn to memory',
        entry: 'storeTurn',
        always: { guard: 'maySkipWaiting', target: 'observe', description: 'handed over' },
        on: { stored: { target: 'observe', description: 'handed over' }, delivered: { actions: 'storeTurn' } },
      },
      ...ENDS,
    },
    on: {
      message: { guard: 'isNewMessage', actions: ['stir', 'noteMessage'] },
      recall: { actions: 'wakeUp' },
      pause: { actions: ['pause', 'holdTime'] },
      resume: { actions: ['resume', 'continueTime', 'askAgain'] },
      released: { actions: 'continueTime' },
      expired: { target: '.failed', actions: ['failOverTime', 'abortCalls'], description: 'out of time' },
      unstored: { target: '.failed', actions: 'takeError', description: 'memory cannot be written' },
    },
  });
}

export type AgentMachine = ReturnType<typeof createAgentMachine>;

/** The same machine, run from a compiled table: what agents are made of. */
export function createAgentLogic(env: AgentEnvironment): AgentMachine {
  const implementations = { guards: createGuards(env), changes: createChanges(env), effects: createEffects(env) };
  return toFlatLogic(createAgentMachine(env), implementations, env.inspection);
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
    isRefused: ({ context }: GuardArgs) => isCut(env, context) && toRefusal(env, context) !== undefined,
    isCutBeforeStoring: ({ context }: GuardArgs) => isCutBeforeStoring(env, context),
    isCut: ({ context }: GuardArgs) => isCut(env, context),
    isNewMessage: ({ context, event }: GuardArgs) => event.type === 'message' && isNewMessage(context, event.message),
    isOverTurns: ({ context }: GuardArgs) => isOverTurns(context),
    hasObservation: ({ context }: GuardArgs) =>
      context.awake && hasObservation(context) && !context.paused && !env.isDraining(),
    isFinished: ({ context }: GuardArgs) => isFinished(context),
    isNotYetIdle: ({ context }: GuardArgs) => context.awake && !context.idle,
    isFlawedAgain: ({ context, event }: GuardArgs) =>
      event.type === 'decided' && isFlawedAgain(context, event.decision),
    finishesAtLimit: ({ event }: GuardArgs) => event.type === 'unaffordable' && event.atLimit === 'finish',
    stopsAtLimit: ({ event }: GuardArgs) => event.type === 'unaffordable' && event.atLimit === 'stop',
    isGoingInCircles: ({ context, event }: GuardArgs) =>
      event.type === 'decided' && isGoingInCircles(context, event.decision),
    hasCalls: ({ event }: GuardArgs) => event.type === 'decided' && event.decision.toolCalls.length > 0,
    isLastCall: ({ context }: GuardArgs) => context.pending === 1,
    maySkipWaiting: ({ context }: GuardArgs) => maySkipWaiting(env, context),
  };
}

/** What becomes of the context; nothing else happens here. */
function createChanges(env: AgentEnvironment) {
  return {
    takeObservation: ({ context }: GuardArgs): Partial<AgentContext> => nextObservation(env, context),
    stir: ({ context }: GuardArgs): Partial<AgentContext> | undefined => (context.idle ? { idle: false } : undefined),
    takeDecision: ({ context, event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, 'decided');
      return takeDecision(context, event.decision);
    },
    takeResult: ({ context, event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, 'xstate.done.actor.tool');
      return takeResult(context, event.output);
    },
    takeError: ({ event }: GuardArgs): Partial<AgentContext> => {
      assertEvent(event, ['undecided', 'unaffordable', 'unstored']);
      return { error: event.error };
    },
    takeCut: ({ context }: GuardArgs): Partial<AgentContext> => takeCut(env, context),
    wakeUp: (): Partial<AgentContext> => ({ awake: true }),
    dropCut: (): Partial<AgentContext> => ({ cut: undefined }),
    refuse: ({ context }: GuardArgs): Partial<AgentContext> => ({ error: toRefusal(env, context) }),
    becomeIdle: (): Partial<AgentContext> => ({ idle: true }),
    pause: (): Partial<AgentContext> => ({ paused: true }),
    // Not idle any more, so that it says again what it waits for.
    resume: (): Partial<AgentContext> => ({ paused: false, idle: false }),
    failOverTurns: ({ context }: GuardArgs): Partial<AgentContext> =>
      failure('TURN_LIMIT', `one observation has used its ${context.spec.group.limits.turns} turns`),
    failFlawed: ({ context }: GuardArgs): Partial<AgentContext> => ({
      error: { code: 'MODEL_ANSWER', message: `Cannot use the answer: ${context.decision?.flaw ?? ''}` },
    }),
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
function toAssigns<K extends string>(changes: Record<K, (args: GuardArgs) => Partial<AgentContext> | undefined>) {
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
    noteMessage: ({ context, event }: Args) => {
      assertEvent(event, 'message');
      noteMessage(env, context, event.message, event.isNoted);
    },
    noteCut: ({ context, self }: Args) => noteCut(env, context, () => self.send({ type: 'expired' })),
    noteIdle: ({ context }: Args) => env.idle(context.spec.id),
    holdTime: ({ context }: Args) => holdTime(env, context),
    park: ({ context }: Args) => env.park(context.spec.id),
    askAgain: ({ context }: Args) => askAgain(context),
    continueTime: ({ context, self }: Args) => continueTime(env, context, () => self.send({ type: 'expired' })),
    startDecision: ({ context, self }: Args) => startDecision(env, context, sender(self)),
    noteDecision: ({ context, event }: Args) => {
      assertEvent(event, 'decided');
      noteDecision(env, context, event.decision, event.durationMs);
    },
    noteRefusal: ({ context, event }: Args) => {
      assertEvent(event, 'decided');
      noteRefusal(env, context, event.decision, event.durationMs);
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
    abortCalls: ({ context }: Args) =>
      abortCalls(context.work.inFlight, new TroupeError('WALL_LIMIT', 'The observation has used its time')),
  };
}

function failure(code: string, why: string): Partial<AgentContext> {
  return { error: { code, message: `Cannot go on: ${why}` } };
}
