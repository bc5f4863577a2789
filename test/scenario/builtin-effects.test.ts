import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBoardTool, isMailTool } from '../../src/base/mail-tools.ts';
import { BUILTIN_EFFECTS } from '../../src/scenario/builtin-effects.ts';
import { createBoardTool } from '../../src/tools/board/create-board-tool.ts';
import { createMailTool } from '../../src/tools/mail/create-mail-tool.ts';

const folder = join(import.meta.dirname, '../../src/tools/builtin');

test('it is what the tools say of themselves', () => {
  const own = readdirSync(folder).flatMap((file) => {
    const [, effects] = /effects: (?:spec\.effects \?\? )?'(\w+)'/.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
    return effects === undefined ? [] : [[file.replace('.ts', ''), effects]];
  });
  const names = Object.keys(BUILTIN_EFFECTS);
  const mail = names.filter(isMailTool).map((builtin) => createMailTool(builtin, { builtin, timeoutMs: 1 }));
  const boards = names.filter(isBoardTool).map((builtin) => {
    return createBoardTool(builtin, { builtin, board: 'b', timeoutMs: 1 });
  });
  const rest = [...mail, ...boards].map(({ name, effects }) => [name, effects]);
  expect(BUILTIN_EFFECTS).toEqual(Object.fromEntries([...own, ...rest]));
});
