/** The schema leaves out what the file leaves out, but its types allow for `undefined`. */
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same value, with the type that it has. */
export function defined<T extends object>(value: T): Defined<T> {
  return value as Defined<T>;
}
