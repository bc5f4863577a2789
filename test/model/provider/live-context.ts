import { CallContext } from '../../../src/base/call-context.ts';
import { type Clock, createRealClock } from '../../../src/base/clock.ts';
import { createRandom } from '../../../src/base/random.ts';
import type { ModelContext } from '../../../src/model/model.ts';
import { spec } from '../requests.ts';

/** What a call of a model gets. @param onText Given: the model streams. */
export function liveContext(onText?: (text: string) => void, clock: Clock = createRealClock()): ModelContext {
  const context = new CallContext(spec.id, 1, '1/model', clock, createRandom(1));
  return Object.assign(context, { onText, tell: () => undefined });
}
