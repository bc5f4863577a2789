import { customRandom, nanoid } from 'nanoid';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Unambiguous when read aloud, and safe in a file name and a URL. */
const ID_ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
/** z of the 95th percentile of the normal distribution, to 6 places. */
const Z95 = 1.644854;

/** Seeded chance. Two sources with the same seed give the same values in the same order. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  int(min: number, max: number): number;
  /** Log-normal by its median and 95th percentile, the usual shape of a model's latency. */
  logNormal(median: number, p95: number): number;
  /** A readable id of `size` characters. Default 10: 1 % chance of a collision after about 4 million. */
  id(size?: number): string;
  /**
   * An independent source for `label`. It depends on the seed and the label alone, not on what was drawn before, so
   * that one agent's chance does not depend on how agents happen to interleave.
   */
  fork(label: string): Random;
}

/** @param seed Any integer; its low 32 bits count. */
export function createRandom(seed: number): Random {
  return fromKey(mix(0x9e3779b9, String(seed)));
}

/** A seed for a live run that names none: from the system's entropy, and small enough to type. */
export function drawSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

/** A run id from the system's entropy, for live runs, which must differ even with the same seed. */
export function drawRunId(): string {
  return nanoid(10).replace(/[^a-zA-Z0-9]/g, (sign) => (sign === '-' ? 'x' : 'y'));
}

/** A secret for one start of a server: 190 bits from the system's entropy, safe in a URL. */
export function drawToken(): string {
  return nanoid(32);
}

function fromKey(key: number): Random {
  // Seeding is deferred: most agents never draw anything, and there may be a hundred thousand of them.
  let generator: ReturnType<typeof xoroshiro128plus> | undefined;
  const next = (): number => {
    generator ??= xoroshiro128plus(key);
    return (generator.next() >>> 0) / 0x1_0000_0000;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    logNormal(median, p95) {
      const sigma = Math.log(p95 / median) / Z95;
      // Box-Muller; 1 - next() keeps the logarithm away from zero.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(sigma * normal);
    },
    id: (size = 10) =>
      customRandom(ID_ALPHABET, size, (bytes) => Uint8Array.from({ length: bytes }, () => int(0, 255)))(),
    fork: (label) => fromKey(mix(key, label)),
  };
}

/** FNV-1a over the label, started at the key, with murmur3's finisher so that near labels give far keys. */
function mix(key: number, label: string): number {
  let hash = key ^ 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
