import { TAPE_ACTS_MAX } from '../base/limits.ts';
import type { TapedAct } from '../base/tape.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import type { Notes, ToolContext } from './tool.ts';

type Act = TapedAct extends infer One ? Omit<One, 'at'> : never;

/**
 * The same context, which notes what a tool does in its run by means of it: messages, notes, what it logs and tells.
 *
 * @param acts Grows, in the order in which things are done; a message that cannot be sent is not among them. At most
 * `TAPE_ACTS_MAX`.
 */
export function tapContext(context: ToolContext, acts: TapedAct[]): ToolContext {
  const startedAt = context.clock.elapsed();
  const add = (act: Act, at = elapsed()): void => {
    if (acts.length < TAPE_ACTS_MAX) acts.push({ at, ...act } as TapedAct);
  };
  const elapsed = (): number => toThousandths(context.clock.elapsed() - startedAt);
  const memory: Notes = {
    async remember(key, text, options) {
      const at = elapsed();
      await context.memory.remember(key, text, options);
      add({ remember: { key, text, shared: options?.shared ?? false } }, at);
    },
    all: (options) => context.memory.all(options),
  };
  const tapped: Partial<ToolContext> = {
    memory,
    sendMessage(to, body) {
      context.sendMessage(to, body);
      add({ send: { to, body } });
    },
    log(text) {
      context.log(text);
      add({ log: text });
    },
    tell(fact) {
      context.tell(fact);
      add({ tell: fact });
    },
  };
  return new Proxy(context, {
    get(target, name) {
      if (Object.hasOwn(tapped, name)) return tapped[name as keyof ToolContext];
      // By the context itself: its own fields are private.
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
