import { TAPE_ACTS_MAX } from '../base/limits.ts';
import type { TapedAct } from '../base/tape.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import type { Json } from '../protocol.ts';
import type { Mail, Notes, ToolContext } from './tool.ts';

type Act = TapedAct extends infer One ? Omit<One, 'at'> : never;

/**
 * The same context, which notes what a tool does in its run by means of it: messages, notes, what it logs and tells.
 *
 * @param acts Grows, in the order in which things are done; a message that cannot be sent is not among them. At most
 * `TAPE_ACTS_MAX`.
 */
export function tapContext(context: ToolContext, acts: TapedAct[]): ToolContext {
  const startedAt = context.clock.elapsed();
  const add = (act: Act, at = elapsed()): TapedAct | undefined => {
    if (acts.length >= TAPE_ACTS_MAX) return undefined;
    const added = { at, ...act } as TapedAct;
    acts.push(added);
    return added;
  };
  const elapsed = (): number => toThousandths(context.clock.elapsed() - startedAt);
  /** What was said in the try under way, and which of it is noted. */
  let said = 0;
  const told = new Set<number>();
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
    begin() {
      context.begin?.();
      said = 0;
    },
    mail: tapMail(context.mail, (act) => {
      const number = ++said;
      // What the try before has said reaches nobody twice.
      if (told.has(number)) return () => undefined;
      told.add(number);
      const added = add(act);
      return () => {
        told.delete(number);
        const place = added === undefined ? -1 : acts.indexOf(added);
        if (place >= 0) acts.splice(place, 1);
      };
    }),
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

/** @param note Notes what is about to be done. @returns Takes that back. */
function tapMail(mail: Mail, note: (act: Act) => () => void): Mail {
  const tap =
    <K extends keyof Mail>(method: K) =>
    (...args: Parameters<Mail[K]>): ReturnType<Mail[K]> => {
      const forget = note({ mail: method, with: JSON.parse(JSON.stringify(args)) as Json[] });
      const outcome = (mail[method] as (...given: Parameters<Mail[K]>) => ReturnType<Mail[K]>)(...args);
      // What was not sent has not been done.
      (outcome as Promise<unknown>).catch(forget);
      return outcome;
    };
  return {
    send: tap('send'),
    ask: tap('ask'),
    publish: tap('publish'),
    subscribe: tap('subscribe'),
    unsubscribe: tap('unsubscribe'),
    delegate: tap('delegate'),
    handOff: tap('handOff'),
    spawn: tap('spawn'),
  };
}
