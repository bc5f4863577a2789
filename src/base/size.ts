/** Decimal, as disks are sold and file managers count. */
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;
const SIZE = /^(\d{1,15}(?:\.\d{1,6})?) ?(b|bytes|kb|mb|gb|tb)$/i;

/** @returns Bytes: `500MB` as 500,000,000. Undefined for anything but a number with its unit. */
export function toBytes(text: string): number | undefined {
  const [, digits, unit = ''] = SIZE.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const power = unit.toLowerCase() === 'b' ? 0 : UNITS.findIndex((name) => name.toLowerCase() === unit.toLowerCase());
  return Math.round(Number(digits) * 1_000 ** power);
}

/** `812 bytes`, `12.3 kB`, `500 MB`. */
export function formatBytes(bytes: number): string {
  let power = 0;
  while (power < UNITS.length - 1 && bytes >= 999.5 * 1_000 ** power) power++;
  const value = bytes / 1_000 ** power;
  const digits = power === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[power]}`;
}
