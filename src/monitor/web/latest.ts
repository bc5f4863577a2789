/**
 * Lets one request at a time be under way; of those asked for meanwhile only the newest is sent.
 *
 * @param send Begins a request; it has to call `done` once, however that ends.
 */
export function createLatest<T>(send: (value: T, done: () => void) => void): (value: T) => void {
  let isBusy = false;
  let next: { readonly value: T } | undefined;
  const begin = (value: T): void => {
    isBusy = true;
    send(value, () => {
      isBusy = false;
      const waiting = next;
      next = undefined;
      if (waiting !== undefined) begin(waiting.value);
    });
  };
  return (value) => {
    if (isBusy) next = { value };
    else begin(value);
  };
}
