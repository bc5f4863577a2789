/** Who listens, as far as a feed knows. */
export interface Subscriber {
  /** False: it has not read what it got before; leave changes out. */
  hasRoom(): boolean;
  send(text: string): void;
}

/** What is told to everybody who asked for the same. */
export interface View<Frame> {
  /** What has changed since the last call; undefined if nothing has. */
  changes(): Frame | undefined;
}

interface Channel<V> {
  readonly key: string;
  readonly view: V;
  /** With how much each has missed since the last frame it got. */
  readonly subscribers: Map<Subscriber, number>;
}

/** One topic: subscribers with the same filter share a view, and each frame is made and written once. */
export class Channels<Frame extends object, V extends View<Frame>> {
  readonly #channels = new Map<string, Channel<V>>();
  readonly #bySubscriber = new Map<Subscriber, Channel<V>>();
  readonly #encode: (message: object) => string;
  readonly #catchUp: (view: V, missed: number, frame: Frame | undefined) => object;
  readonly #weigh: (frame: Frame) => number;

  /**
   * @param catchUp What a subscriber gets that has missed frames, instead of the next one; there may be no next one.
   * @param weigh How much is missed with a frame. Default: 1.
   */
  constructor(
    encode: (message: object) => string,
    catchUp: (view: V, missed: number, frame: Frame | undefined) => object,
    weigh: (frame: Frame) => number = () => 1,
  ) {
    this.#encode = encode;
    this.#catchUp = catchUp;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#bySubscriber.size;
  }

  /** The views somebody listens to. */
  *views(): Iterable<V> {
    for (const { view } of this.#channels.values()) yield view;
  }

  /** Replaces the subscriber's subscription, if it had one. `open` makes the view that nobody has asked for yet. */
  subscribe(subscriber: Subscriber, key: string, open: () => V): V {
    const channel = this.#channels.get(key) ?? { key, view: open(), subscribers: new Map<Subscriber, number>() };
    this.unsubscribe(subscriber);
    this.#channels.set(key, channel);
    channel.subscribers.set(subscriber, 0);
    this.#bySubscriber.set(subscriber, channel);
    return channel.view;
  }

  /** @returns Whether it had one. */
  unsubscribe(subscriber: Subscriber): boolean {
    const channel = this.#bySubscriber.get(subscriber);
    if (channel === undefined) return false;
    this.#bySubscriber.delete(subscriber);
    channel.subscribers.delete(subscriber);
    if (channel.subscribers.size === 0) this.#channels.delete(channel.key);
    return true;
  }

  /** Tells everybody what has changed, and those who have missed something what they need to be up to date. */
  flush(): void {
    for (const { view, subscribers } of this.#channels.values()) {
      const frame = view.changes();
      const text = frame === undefined ? undefined : this.#encode(frame);
      const weight = frame === undefined ? 0 : this.#weigh(frame);
      for (const [subscriber, missed] of subscribers) {
        if (!subscriber.hasRoom()) subscribers.set(subscriber, missed + weight);
        else if (missed > 0) {
          subscribers.set(subscriber, 0);
          subscriber.send(this.#encode(this.#catchUp(view, missed, frame)));
        } else if (text !== undefined) subscriber.send(text);
      }
    }
  }
}
