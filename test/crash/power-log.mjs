/**
 * What a disk may hold after the power has failed, by a log of everything that was written to it (see disk-shim.c).
 *
 * A sector (512 bytes) is written as a whole or not at all. What a sync, or a synchronous write, has brought to the disk
 * is there. Of what was written since, each sector may be there in any of the versions it has had, or in none: sectors
 * are torn apart, dropped, and written in another order than they were handed over. What a sync has failed to bring there
 * no later one brings: the system takes it for written.
 */

export const SECTOR_BYTES = 512;
const HEADER_BYTES = 24;
const PAGE_BYTES = 4096;

/** @param {Buffer} log @returns {{ kind: string, synchronous: boolean, id: number, offset: number, bytes: Buffer }[]} */
export function readLog(log) {
  const records = [];
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const length = Number(log.readBigUInt64LE(at + 16));
    records.push({
      kind: String.fromCharCode(log[at]),
      synchronous: log[at + 1] === 1,
      id: log.readUInt32LE(at + 4),
      offset: Number(log.readBigUInt64LE(at + 8)),
      bytes: log.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length),
    });
    at += HEADER_BYTES + length;
  }
  return records;
}

/** A disk, moved on record by record. */
export class Disk {
  /** As the process sees it. */
  #cache = new Image();
  /** As it is for sure. */
  #durable = new Image();
  /** Versions of each sector that may be on the disk, oldest first. */
  #pending = new Map();
  /** Of writes and syncs under way. */
  #begun = new Map();
  /** Lines of the process about what it was told is on disk. */
  lines = [];

  apply(record) {
    const { kind, id, offset, bytes, synchronous } = record;
    if (kind === 'A') this.lines.push(...bytes.toString().split('\n').filter(Boolean));
    if (kind === 'W') {
      this.#write(id, offset, bytes);
      this.#begun.set(id, record);
    }
    if (kind === 'w' && synchronous) {
      const begun = this.#begun.get(id);
      this.#settle(id, sectorsOf(begun.offset, begun.bytes.length));
    }
    if (kind === 'S') this.#begun.set(id, { upTo: id });
    if (kind === 's') this.#settle(this.#begun.get(id).upTo, [...this.#pending.keys()]);
    if (kind === 'T') throw new Error('A truncation is not modelled');
    if (kind === 'F') this.#forget(this.#begun.get(id).upTo);
    if (kind === 'w' || kind === 's' || kind === 'F') this.#begun.delete(id);
  }

  /** @param {() => number} chance From 0 to 1. @param {'none' | 'all' | 'any' | 'metas' | 'pages' | 'prefix'} way What becomes of what is not there for sure. */
  afterCut(way, chance) {
    const image = this.#durable.copy();
    const sectors = [...this.#pending.keys()].sort((a, b) => a - b);
    const prefix = Math.floor(chance() * (sectors.length + 1));
    for (const [place, sector] of sectors.entries()) {
      const versions = this.#pending.get(sector);
      const isMeta = sector * SECTOR_BYTES < 2 * PAGE_BYTES;
      const kept =
        way === 'all' ||
        (way === 'any' && chance() < 0.5) ||
        (way === 'metas' && isMeta) ||
        (way === 'pages' && !isMeta) ||
        (way === 'prefix' && place < prefix);
      if (!kept) continue;
      const version = way === 'any' ? Math.floor(chance() * versions.length) : versions.length - 1;
      image.put(sector, versions[version].content);
    }
    return image.bytes();
  }

  #write(id, offset, bytes) {
    this.#cache.write(offset, bytes);
    for (const sector of sectorsOf(offset, bytes.length)) {
      const versions = this.#pending.get(sector) ?? [];
      versions.push({ id, content: this.#cache.get(sector) });
      this.#pending.set(sector, versions);
    }
  }

  /** Of these sectors everything up to a write is there for sure. */
  #settle(upTo, sectors) {
    for (const sector of sectors) {
      const versions = this.#pending.get(sector) ?? [];
      const last = versions.findLastIndex(({ id, isForgotten }) => id <= upTo && !isForgotten);
      if (last < 0) continue;
      this.#durable.put(sector, versions[last].content);
      const later = versions.slice(last + 1);
      if (later.length === 0) this.#pending.delete(sector);
      else this.#pending.set(sector, later);
    }
  }

  #forget(upTo) {
    for (const versions of this.#pending.values()) {
      for (const version of versions) if (version.id <= upTo) version.isForgotten = true;
    }
  }
}

class Image {
  #bytes = Buffer.alloc(0);
  #size = 0;

  write(offset, bytes) {
    this.#grow(offset + bytes.length);
    bytes.copy(this.#bytes, offset);
  }

  get(sector) {
    this.#grow((sector + 1) * SECTOR_BYTES);
    return Buffer.from(this.#bytes.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES));
  }

  put(sector, content) {
    this.write(sector * SECTOR_BYTES, content);
  }

  copy() {
    const image = new Image();
    image.write(0, this.bytes());
    return image;
  }

  bytes() {
    return Buffer.from(this.#bytes.subarray(0, this.#size));
  }

  #grow(size) {
    this.#size = Math.max(this.#size, size);
    if (size <= this.#bytes.length) return;
    const bytes = Buffer.alloc(Math.max(size, 2 * this.#bytes.length));
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}

function sectorsOf(offset, length) {
  const first = Math.floor(offset / SECTOR_BYTES);
  const last = Math.floor((offset + length - 1) / SECTOR_BYTES);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
