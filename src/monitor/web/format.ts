const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const FINE = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const CENTS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});

/** `12,345`. */
export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** As short as it can be read: `0`, `0.25`, `7.5`, `340`, `12,345`. */
export function formatRate(value: number): string {
  return value >= 100 ? NUMBER.format(value) : FINE.format(value);
}

/** `$1,234.50`, and two digits of what is less than a dollar: `$0.0042`. */
export function formatUsd(value: number): string {
  return value === 0 || value >= 0.995 ? DOLLARS.format(value) : CENTS.format(value);
}

/** `0.4 ms`, `340 ms`, `1.24 s`, `12.3 s`, `2 m 05 s`, `1 h 02 m`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '-';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 10) return `${trim(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return formatLong(Math.round(seconds));
}

function formatLong(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** A moment of the run: `00:12.345`, `1:02:03.004`; without milliseconds `00:12`. */
export function formatClock(ms: number, digits: 0 | 1 | 3 = 3): string {
  const unit = 10 ** (3 - digits);
  const whole = Math.floor(Math.max(0, ms) / unit) * unit;
  const seconds = Math.floor(whole / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = digits === 0 ? '' : `.${String((whole % 1000) / unit).padStart(digits, '0')}`;
  const tail = `${pad(minutes % 60)}:${pad(seconds % 60)}${rest}`;
  return hours === 0 ? tail : `${hours}:${tail}`;
}

/** `1 agent`, `12,345 agents`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** On one line and at most `max` characters; what is cut is marked with an ellipsis. */
export function shorten(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function trim(text: string): string {
  return text.replace(/\.0$/, '');
}
