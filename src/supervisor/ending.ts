import type { AgentEnvironment } from '../agent/environment.ts';
import type { Timer } from '../base/clock.ts';
import { DRAIN_TIMEOUT_MS } from '../base/limits.ts';
import type { ErrorInfo } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { Passivation } from './passivation.ts';
import type { Restarter } from './restarter.ts';

/** How a run's agents came to an end. */
export type SupervisorEnd = 'finished' | 'stalled' | 'drained' | 'escalated';

/** What an ending needs of the supervisor that owns the agents. */
export interface Fleet {
  /** Everybody has been started once, and nobody is about to be started or woken again. */
  isSettled(): boolean;
  /** Agents that run; of these, those that have nothing to do, and those that take nothing new. */
  readonly directory: Pick<Directory<Child>, 'ids' | 'size'>;
  readonly idle: ReadonlySet<string>;
  readonly paused: ReadonlySet<string>;
  readonly passivation: Pick<Passivation, 'ids' | 'size' | 'stop'>;
  readonly restarter: Pick<Restarter, 'stop'>;
  /** Ends agents where they are. */
  stop(agents: readonly string[]): void;
  /** The same for those without an actor. */
  dismiss(agents: readonly string[]): void;
  /** Asks for the end of the run. */
  drain(reason: string): void;
  /** Nobody is left. */
  emptied(): void;
}

export interface EndingOptions {
  /** True: somebody may still send or resume from outside. */
  readonly keepOpen: boolean;
  /** Milliseconds agents have to finish their turns when the run is given up. */
  readonly shutdownMs: number;
}

/** The end of a run: when there is nothing more to come, on request, or because it was given up. */
export class Ending {
  readonly #env: AgentEnvironment;
  readonly #fleet: Fleet;
  readonly #options: EndingOptions;
  /** Agents that wait for a larger budget. */
  readonly #parked = new Set<string>();
  #end: SupervisorEnd = 'finished';
  #failure: ErrorInfo | undefined;
  #deadline: Timer | undefined;

  constructor(env: AgentEnvironment, fleet: Fleet, options: EndingOptions) {
    this.#env = env;
    this.#fleet = fleet;
    this.#options = options;
  }

  get end(): SupervisorEnd {
    return this.#end;
  }

  get isDraining(): boolean {
    return this.#end === 'drained' || this.#end === 'escalated';
  }

  /** Why the run was given up, if it was. */
  get failure(): ErrorInfo | undefined {
    return this.#failure;
  }

  /** The agent waits for a larger budget. */
  park(agent: string): void {
    this.#parked.add(agent);
  }

  /** It waits for a larger budget, also if it has got a message meanwhile and does not count as idle. */
  isParked(agent: string): boolean {
    return this.#parked.has(agent);
  }

  /** It goes on, or has ended. */
  unpark(agent: string): void {
    this.#parked.delete(agent);
  }

  /** The supervisor above all gives up. */
  giveUp(error: ErrorInfo): void {
    this.#failure = error;
    this.#fleet.drain(error.message);
  }

  /** Lets turns finish for a while, then ends everybody where they are. Called once. */
  begin(reason: string): void {
    const { clock, emit } = this.#env;
    this.#end = this.#failure === undefined ? 'drained' : 'escalated';
    emit({ type: 'run.draining', reason });
    this.#freeze();
    clock.defer(() => this.#fleet.stop([...new Set([...this.#fleet.idle, ...this.#parked])].reverse()));
    const timeoutMs = this.#failure === undefined ? DRAIN_TIMEOUT_MS : this.#options.shutdownMs;
    this.#deadline = clock.setTimer(timeoutMs, () => this.#fleet.stop(this.#fleet.directory.ids().reverse()));
  }

  /** Starts, wakes and lays down nobody from here on. */
  #freeze(): void {
    const { passivation, restarter, dismiss } = this.#fleet;
    passivation.stop();
    dismiss([...restarter.stop(), ...passivation.ids()]);
  }

  /** The run is over. */
  finish(): void {
    this.#deadline?.cancel();
  }

  /** Nobody is left, or those who are left wait for what nobody will give them. */
  readonly check = (): void => {
    const fleet = this.#fleet;
    if (!fleet.isSettled()) return;
    if (fleet.directory.size + fleet.passivation.size === 0) fleet.emptied();
    else if (!this.#isQuiet()) return;
    else if (this.#parked.size > 0) fleet.drain('a budget is used up');
    else if (fleet.paused.size === 0) this.#stall();
  };

  /** Everybody waits, and nobody outside may change that. */
  #isQuiet(): boolean {
    if (this.isDraining || this.#options.keepOpen) return false;
    const { idle, directory } = this.#fleet;
    let waiting = idle.size;
    // One to which a message has come is not idle, and goes on as little.
    for (const agent of this.#parked) if (!idle.has(agent)) waiting++;
    return waiting === directory.size;
  }

  #stall(): void {
    const { idle, passivation } = this.#fleet;
    const asleep = passivation.ids();
    this.#end = 'stalled';
    const waiting = [...idle, ...asleep].map((agent) => ({ agent, for: 'a message' }));
    this.#env.emit({ type: 'run.stalled', waiting });
    this.#fleet.dismiss(asleep);
    this.#fleet.stop([...idle]);
  }
}
