import type { AgentView, Json } from '../../protocol.ts';
import { shorten } from '../shorten.ts';

/** The version of `@statelyai/inspect` whose protocol this is. */
const VERSION = '0.7.2';
/** What a person can look through; a result may be a megabyte. */
const SHOWN = { chars: 2_000, entries: 100 };

interface Base {
  readonly sessionId: string;
  readonly rootId: string;
  readonly createdAt: string;
  readonly id: string;
  readonly _version: string;
}

/** Where an actor is. */
export interface InspectedSnapshot {
  readonly status: string;
  readonly value?: string;
  readonly context?: Json;
  readonly input?: Json;
  readonly output?: Json;
}

/** What goes over `/inspect`. */
export type InspectionMessage = Base &
  (
    | {
        readonly type: '@xstate.actor';
        readonly name: string;
        readonly parentId: string | undefined;
        readonly definition: string;
        readonly snapshot: InspectedSnapshot;
      }
    | { readonly type: '@xstate.event'; readonly event: Json; readonly sourceId: string | undefined }
    | { readonly type: '@xstate.snapshot'; readonly event: Json; readonly snapshot: InspectedSnapshot }
  );

/** What an inspection message is about. */
export interface Inspected {
  /** `agentId/sessionId`: XState's own ids repeat between runs. */
  readonly sessionId: string;
  /** The agent's; the same for an agent itself. */
  readonly rootId: string;
}

export class InspectionMessages {
  readonly #now: () => number;
  #count = 0;

  /** @param now Milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** An agent: its machine, and where it is. */
  agent(about: Inspected, name: string, definition: string, snapshot: InspectedSnapshot): InspectionMessage {
    return { type: '@xstate.actor', ...this.#base(about), name, parentId: undefined, definition, snapshot };
  }

  /** A tool call, child of its agent. */
  call(about: Inspected, name: string, input: Json): InspectionMessage {
    const snapshot = { status: 'active', input: shorten(input, SHOWN) };
    const definition = JSON.stringify({ id: name });
    return { type: '@xstate.actor', ...this.#base(about), name, parentId: about.rootId, definition, snapshot };
  }

  event(about: Inspected, event: Json, sourceId: string | undefined): InspectionMessage {
    return { type: '@xstate.event', ...this.#base(about), event: shorten(event, SHOWN), sourceId };
  }

  snapshot(about: Inspected, event: Json, snapshot: InspectedSnapshot): InspectionMessage {
    return { type: '@xstate.snapshot', ...this.#base(about), event: shorten(event, SHOWN), snapshot };
  }

  #base({ sessionId, rootId }: Inspected): Base {
    return { sessionId, rootId, createdAt: String(this.#now()), id: String(++this.#count), _version: VERSION };
  }
}

export function toInspectedSnapshot({ status, value, context }: AgentView): InspectedSnapshot {
  return { status, value, context: shorten(context, SHOWN) };
}

/** An outcome as the snapshot of a promise actor. */
export function toSettled(output: Json, isError: boolean): InspectedSnapshot {
  return { status: isError ? 'error' : 'done', output: shorten(output, SHOWN) };
}
