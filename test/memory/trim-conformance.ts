import { describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { MemoryBatch } from '../../src/protocol.ts';
import type { OpenedStore } from './memory-store-conformance.ts';
import { answerOf, batchOf, callingOf, messageOf, noteOf, receivedOf, resultOf, runOf, snapshotOf } from './records.ts';

type Open = () => Promise<OpenedStore>;

const turnsOf = async (store: MemoryStore, agent = 'a/0'): Promise<number[]> => [
  ...new Set((await store.journal('r', agent)).map(({ turn }) => turn)),
];
const append = (store: MemoryStore, ...batches: MemoryBatch[]): void => {
  for (const batch of batches) void store.append('r', 'a/0', batch);
};
const answers = (from: number, to: number): MemoryBatch[] =>
  Array.from({ length: to - from + 1 }, (_, index) => answerOf(from + index));
const received = async (store: MemoryStore, skip = 0, limit = 100): Promise<string[]> =>
  (await store.received('r', 'a/0', { skip, limit })).map(({ id }) => id);

/** What every `MemoryStore` promises of `trim`. */
export function describeTrim(open: Open): void {
  describe('trim', () => {
    test('takes away all turns but the last, and says how many messages of the transcript are gone', async () => {
      const { store, reopen } = await open();
      append(store, ...answers(1, 20));
      await store.trim('r', 'a/0', { turns: 5 });
      const expectAll = async (current: MemoryStore): Promise<void> => {
        const left = answers(16, 20);
        const transcript = left.flatMap((batch) => batch.transcript);
        const journal = left.flatMap((batch) => batch.journal);
        expect(await current.history('r', 'a/0')).toEqual({ journal, transcript, trimmed: 30 });
        expect(await current.transcript('r', 'a/0')).toEqual(transcript);
        expect(await current.journal('r', 'a/0')).toEqual(journal);
        expect(await current.snapshot('r', 'a/0')).toEqual(answerOf(20).snapshot);
        expect(await current.snapshots('r')).toEqual([answerOf(20).snapshot]);
      };
      await expectAll(store);
      if (reopen !== undefined) await expectAll(await reopen());
    });

    test('again and again counts on, and what is appended between goes on behind', async () => {
      const { store, reopen } = await open();
      for (let turn = 1; turn <= 60; turn++) {
        append(store, answerOf(turn));
        if (turn % 7 === 0) void store.trim('r', 'a/0', { turns: 3 });
      }
      expect(await store.history('r', 'a/0')).toMatchObject({ trimmed: 2 * 53 });
      expect(await turnsOf(store)).toEqual([54, 55, 56, 57, 58, 59, 60]);
      if (reopen === undefined) return;
      const again = await reopen();
      append(again, answerOf(61));
      await again.trim('r', 'a/0', { turns: 1 });
      expect(await again.history('r', 'a/0')).toMatchObject({ trimmed: 120, transcript: answerOf(61).transcript });
    });

    test('of many turns leaves the last, whatever that takes', async () => {
      const { store } = await open();
      append(store, ...answers(1, 3_000));
      await store.trim('r', 'a/0', { turns: 2 });
      expect(await turnsOf(store)).toEqual([2_999, 3_000]);
      expect((await store.history('r', 'a/0')).trimmed).toBe(5_996);
    });

    test('is seen by reads that come after, with all that was handed over before and none of what came after', async () => {
      const { store } = await open();
      append(store, ...answers(1, 9));
      void store.trim('r', 'a/0', { turns: 2 });
      append(store, ...answers(10, 12));
      expect(await turnsOf(store)).toEqual([8, 9, 10, 11, 12]);
    });

    test('leaves an agent alone that has no more turns, has stored none, or is not there', async () => {
      const { store } = await open();
      append(store, ...answers(1, 5));
      const [before] = callingOf(1);
      void store.append('r', 'a/1', before!);
      for (const agent of ['a/0', 'a/1', 'none']) await store.trim('r', agent, { turns: 5 });
      await store.trim('r', 'a/1', { turns: 0 });
      await store.trim('none', 'a/0', { turns: 1 });
      expect(await store.history('r', 'a/0')).not.toHaveProperty('trimmed');
      expect(await turnsOf(store)).toEqual([1, 2, 3, 4, 5]);
      expect(await store.journal('r', 'a/1')).toEqual(before!.journal);
      expect(await store.journal('none', 'a/0')).toEqual([]);
    });

    test('of everything leaves the observation that was stored last', async () => {
      const { store } = await open();
      append(store, ...answers(1, 3), ...callingOf(4));
      await store.trim('r', 'a/0', { turns: 0 });
      const left = callingOf(4);
      expect(await store.history('r', 'a/0')).toEqual({
        journal: left.flatMap(({ journal }) => journal),
        transcript: left.flatMap(({ transcript }) => transcript),
        trimmed: 6,
      });
    });

    test('leaves an observation that is under way, however many turns it has taken', async () => {
      const { store } = await open();
      append(store, ...answers(1, 3), ...callingOf(4).slice(0, 2));
      for (let turn = 5; turn <= 30; turn++) {
        const { journal, transcript, snapshot } = batchOf('a/0', turn);
        const [, answer] = transcript;
        append(store, { journal, transcript: [answer!], snapshot: { ...snapshot!, step: turn - 3 } });
      }
      await store.trim('r', 'a/0', { turns: 1 });
      expect((await turnsOf(store))[0]).toBe(4);
      expect((await store.transcript('r', 'a/0'))[0]).toEqual(answerOf(4).transcript[0]);
    });

    test('never begins the transcript but at a user’s message, nor parts a turn', async () => {
      for (let turns = 0; turns <= 12; turns++) {
        const { store } = await open();
        append(store, ...[1, 3, 5, 7, 9].flatMap((turn) => callingOf(turn)));
        await store.trim('r', 'a/0', { turns });
        const { journal, transcript } = await store.history('r', 'a/0');
        expect(transcript[0]?.role).toBe('user');
        expect(transcript.length % 4).toBe(0);
        expect(transcript.length / 4).toBe(Math.min(5, Math.max(1, Math.ceil(turns / 2))));
        expect(journal[0]).toMatchObject({ type: 'observed', observation: { kind: 'observation' } });
      }
    });

    test('takes away turns that left nothing in the transcript', async () => {
      const { store } = await open();
      const error = { code: 'TOOL_FAILED', message: 'No' };
      for (let turn = 1; turn <= 10; turn++) {
        const journal = [{ type: 'set-aside' as const, turn, at: turn, observation: 'Go', error, attempts: 3 }];
        append(store, { journal, transcript: [], snapshot: { ...snapshotOf('a/0', turn), step: 0, answered: true } });
      }
      await store.trim('r', 'a/0', { turns: 4 });
      expect(await turnsOf(store)).toEqual([7, 8, 9, 10]);
    });

    test('leaves messages that were not observed, and takes them when they have been, or were dropped', async () => {
      const { store, reopen } = await open();
      append(store, receivedOf(0, 'm1'), receivedOf(0, 'late'), answerOf(1, messageOf('m1')));
      append(store, receivedOf(1, 'dropped'), ...answers(2, 10));
      await store.trim('r', 'a/0', { turns: 2 });
      expect(await received(store)).toEqual(['late', 'dropped']);
      expect((await store.journal('r', 'a/0')).map(({ type }) => type)).toEqual([
        'received',
        'received',
        'observed',
        'observed',
      ]);
      const dropped = { type: 'dropped', turn: 11, at: 11, message: 'dropped', reason: 'expired' } as const;
      append(store, answerOf(11, messageOf('late')), { journal: [dropped], transcript: [] }, ...answers(12, 13));
      await store.trim('r', 'a/0', { turns: 2 });
      const expectAll = async (current: MemoryStore): Promise<void> => {
        expect(await current.journal('r', 'a/0')).toEqual(answers(12, 13).flatMap(({ journal }) => journal));
        expect((await current.history('r', 'a/0')).trimmed).toBe(22);
        expect(await received(current)).toEqual([]);
      };
      await expectAll(store);
      if (reopen !== undefined) await expectAll(await reopen());
    });

    test('leaves a message as long as the record that it was observed', async () => {
      const { store } = await open();
      append(store, receivedOf(0, 'm1'), ...answers(1, 8), answerOf(9, messageOf('m1')), answerOf(10));
      await store.trim('r', 'a/0', { turns: 2 });
      expect((await store.journal('r', 'a/0')).map(({ turn, type }) => `${turn} ${type}`)).toEqual([
        '0 received',
        '9 observed',
        '10 observed',
      ]);
    });

    test('takes the parts of a message that was gathered, and leaves those of one that was not', async () => {
      const { store } = await open();
      const part = (batch: string, index: number) => ({ part: { batch, index, of: 2 } });
      for (const batch of ['whole', 'open']) {
        for (const index of [0, 1]) append(store, receivedOf(0, `${batch}${index}`, part(batch, index)));
      }
      append(store, answerOf(1, messageOf('open0', part('open', 0))));
      const parts = [0, 1].map((index) => ({ from: `b/${index}`, body: 'x' }));
      append(store, answerOf(2, messageOf('gathered', { ...part('whole', 1), parts })), ...answers(3, 5));
      await store.trim('r', 'a/0', { turns: 1 });
      expect(await received(store)).toEqual(['open1']);
    });

    test('leaves only the message of a batch that holds more', async () => {
      const { store } = await open();
      const batch = answerOf(1);
      append(store, { ...batch, journal: [...receivedOf(1, 'm1').journal, ...batch.journal] }, ...answers(2, 4));
      await store.trim('r', 'a/0', { turns: 1 });
      const { journal, transcript, trimmed } = await store.history('r', 'a/0');
      expect(journal).toEqual([...receivedOf(1, 'm1').journal, ...answerOf(4).journal]);
      expect([transcript, trimmed]).toEqual([answerOf(4).transcript, 6]);
    });

    test('takes large batches too, and leaves a large message that was not observed', async () => {
      const { store, reopen } = await open();
      const body = 'x'.repeat(1_200_000);
      append(store, { ...answerOf(1), journal: [resultOf(body)] });
      append(store, { ...answerOf(2), journal: [...answerOf(2).journal, ...receivedOf(2, 'large', { body }).journal] });
      append(store, ...answers(3, 6));
      await store.trim('r', 'a/0', { turns: 2 });
      const large = receivedOf(2, 'large', { body }).journal;
      const expectAll = async (current: MemoryStore): Promise<void> => {
        const journal = [...large, ...answers(5, 6).flatMap((batch) => batch.journal)];
        expect(await current.history('r', 'a/0')).toMatchObject({ journal, trimmed: 8 });
        expect(await current.received('r', 'a/0', { skip: 0, limit: 9 })).toEqual([messageOf('large', { body })]);
      };
      await expectAll(store);
      const current = reopen === undefined ? store : await reopen();
      await expectAll(current);
      void current.append('r', 'a/0', answerOf(7, messageOf('large')));
      void current.append('r', 'a/0', answerOf(8));
      await current.trim('r', 'a/0', { turns: 1 });
      expect(await current.journal('r', 'a/0')).toEqual(answerOf(8).journal);
    });

    test('touches nothing else: other agents, other runs, notes; and counts as no write', async () => {
      const { store } = await open();
      const others: [string, string][] = [
        ['r', 'a'],
        ['r', 'a/00'],
        ['r', 'a/1'],
        ['r2', 'a/0'],
      ];
      append(store, ...answers(1, 5));
      for (const [run, agent] of others) {
        for (let turn = 1; turn <= 5; turn++) void store.append(run, agent, batchOf(agent, turn));
      }
      await store.putNote('r', 'a/0', noteOf('a/0', 'disk'));
      await store.flush();
      const before = store.stats();
      await store.trim('r', 'a/0', { turns: 1 });
      for (const [run, agent] of others) expect(await store.journal(run, agent)).toHaveLength(5);
      expect(await store.notes('r', 'a/0')).toHaveLength(1);
      expect(store.stats()).toEqual(before);
    });

    test('goes with its run', async () => {
      const { store } = await open();
      await store.putRun(runOf('r'));
      append(store, receivedOf(0, 'm1'), ...answers(1, 9));
      void store.trim('r', 'a/0', { turns: 2 });
      await store.deleteRun('r');
      expect(await store.bytes('r')).toBe(0);
      append(store, ...answers(1, 3));
      expect(await store.history('r', 'a/0')).toEqual({
        journal: answers(1, 3).flatMap(({ journal }) => journal),
        transcript: answers(1, 3).flatMap(({ transcript }) => transcript),
      });
    });

    test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY])('refuses %s turns, and takes nothing', async (turns) => {
      const { store } = await open();
      append(store, ...answers(1, 5));
      await expect(store.trim('r', 'a/0', { turns })).rejects.toMatchObject({
        code: 'STORE_FAILED',
        message: `Cannot trim "a/0": ${turns} is no number of turns; give a whole number, 0 or more`,
      });
      expect(await turnsOf(store)).toEqual([1, 2, 3, 4, 5]);
    });
  });
}

/** What every `MemoryStore` promises of `received`. */
export function describeReceived(open: Open): void {
  describe('received', () => {
    test('gives a part of the messages, in order', async () => {
      const { store, reopen } = await open();
      for (let number = 0; number < 500; number++) append(store, receivedOf(0, `m${number}`), answerOf(number));
      void store.append('r', 'a/00', receivedOf(0, 'another’s'));
      expect(await received(store, 0, 2)).toEqual(['m0', 'm1']);
      expect(await received(store, 498, 10)).toEqual(['m498', 'm499']);
      expect(await received(store, 100, 0)).toEqual([]);
      expect(await received(store, 500, 10)).toEqual([]);
      expect(await store.received('none', 'a/0', { skip: 0, limit: 10 })).toEqual([]);
      expect(await store.received('r', 'a/0', { skip: 7, limit: 1 })).toEqual([messageOf('m7')]);
      if (reopen !== undefined) expect(await received(await reopen(), 250, 2)).toEqual(['m250', 'm251']);
    });

    test('takes several of one batch apart, and nothing for one that only looks like it', async () => {
      const { store } = await open();
      const many = ['m0', 'm1', 'm2'].flatMap((id) => receivedOf(1, id).journal);
      const alike = resultOf({ type: 'received', message: { id: 'none' } });
      append(store, { journal: [alike], transcript: [] }, { journal: many, transcript: [] }, receivedOf(1, 'm3'));
      expect(await received(store, 1, 2)).toEqual(['m1', 'm2']);
      expect(await received(store, 2, 9)).toEqual(['m2', 'm3']);
    });

    test('counts alike before and after a trim, with gaps between what is left', async () => {
      const { store, reopen } = await open();
      for (let number = 0; number < 10; number++) append(store, receivedOf(0, `m${number}`));
      for (let number = 0; number < 6; number++) {
        if (number !== 2) append(store, answerOf(number + 1, messageOf(`m${number}`)));
      }
      append(store, receivedOf(6, 'm10'), ...answers(7, 9), receivedOf(9, 'm11'));
      await store.trim('r', 'a/0', { turns: 1 });
      const expectAll = async (current: MemoryStore): Promise<void> => {
        expect(await received(current)).toEqual(['m2', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11']);
        expect(await received(current, 3)).toEqual(['m6', 'm7', 'm8', 'm9', 'm10', 'm11']);
        expect(await received(current, 8, 3)).toEqual(['m8', 'm9', 'm10']);
        expect(await received(current, 11)).toEqual(['m11']);
      };
      await expectAll(store);
      if (reopen !== undefined) await expectAll(await reopen());
    });
  });
}
