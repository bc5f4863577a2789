import { CallContext } from '../../../src/base/call-context.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { createRandom } from '../../../src/base/random.ts';
import type { Gate } from '../../../src/model/gate.ts';
import type { RunFact } from '../../../src/protocol.ts';
import { request, spec } from '../requests.ts';

/** A context as an agent's model call has it, with what was told through it. */
export class ToldContext extends CallContext {
  readonly #facts: RunFact[];
  user: string | undefined;

  constructor(clock: Clock, facts: RunFact[] = [], agent = spec.id, call = '1/model', seed = 1) {
    super(agent, 1, call, clock, createRandom(seed));
    this.#facts = facts;
  }

  tell(fact: RunFact): void {
    this.#facts.push(fact);
  }
}

/** Agents that ask again as soon as they are answered. */
export async function runCrowd(gate: Gate, clock: Clock, { agents = 500, calls = 20, facts = [] as RunFact[] } = {}) {
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: agents }, async (_, agent) => {
      for (let call = 0; call < calls; call++) {
        try {
          await gate.decide(request(), new ToldContext(clock, facts, `agent/${agent}`, `${call}/model`));
        } catch (error) {
          failures.push(error);
        }
      }
    }),
  );
  return { failures, ms: clock.elapsed() };
}
