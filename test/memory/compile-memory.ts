import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Compiles the store for processes of their own. @returns The folder that `memory/lmdb.js` is in. */
export function compileMemory(folder: string): string {
  const out = join(folder, 'out');
  const config = join(folder, 'tsconfig.json');
  mkdirSync(out);
  const compilerOptions = {
    rootDir: join(root, 'src'),
    outDir: out,
    declaration: false,
    sourceMap: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const files = [join(root, 'src/memory/lmdb.ts')];
  const settings = { extends: join(root, 'tsconfig.build.json'), compilerOptions, include: [], files };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config]);
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return out;
}
