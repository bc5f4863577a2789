import { readInt64 } from './page-file.ts';

const NUMBER_BYTES = 8;

/** Pages that follow each other. */
export interface PageRange {
  readonly page: number;
  readonly pages: number;
}

/**
 * Reads a list of free pages: how many numbers follow, and these. One below zero says how many pages begin at the number
 * behind it.
 *
 * @returns The pages; one that cannot be for what is no list.
 */
export function readFreeList(value: Buffer): PageRange[] {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const read = (place: number): number => readInt64(view, place * NUMBER_BYTES);
  const nowhere: PageRange = { page: -1, pages: 1 };
  const places = Math.floor(value.length / NUMBER_BYTES);
  const count = places === 0 ? 0 : read(0);
  if (value.length % NUMBER_BYTES !== 0 || count < 0 || count >= places) return [nowhere];
  const ranges: PageRange[] = [];
  for (let place = 1; place <= count; place++) {
    const number = read(place);
    if (number === 0) continue;
    if (number > 0) ranges.push({ page: number, pages: 1 });
    else if (place === count) return [nowhere];
    else ranges.push({ page: read(++place), pages: -number });
  }
  return ranges;
}
