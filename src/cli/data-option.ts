const DEFAULT_FOLDER = '.troupe';
/** What a shell takes as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** What a suggested command needs besides, to look into the same data directory: nothing if that is the default. */
export function toDataOption(data: string): string {
  if (data === DEFAULT_FOLDER) return '';
  return ` --data ${PLAIN.test(data) ? data : `'${data.replaceAll("'", `'\\''`)}'`}`;
}
