import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * Compiles the store for processes of their own, which cannot read TypeScript.
 *
 * @param {string} folder Empty.
 * @returns {string} The module to import: it exports `openLmdbStore`.
 */
export function compileStore(folder) {
  const out = join(folder, 'out');
  mkdirSync(out, { recursive: true });
  const compilerOptions = {
    rootDir: join(root, 'src'),
    outDir: out,
    declaration: false,
    noCheck: true,
    sourceMap: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = join(folder, 'tsconfig.json');
  const files = [join(root, 'src/memory/lmdb.ts')];
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, 'tsconfig.build.json'), compilerOptions, include: [], files }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config]);
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }');
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(out, 'memory/lmdb.js');
}

/**
 * Compiles what stands between a process and its disk.
 *
 * @param {string} folder Where it goes.
 * @returns {string | undefined} The library for LD_PRELOAD; undefined where there is no gcc.
 */
export function compileShim(folder) {
  const library = join(folder, 'disk-shim.so');
  const source = join(import.meta.dirname, 'disk-shim.c');
  if (process.platform !== 'linux') return undefined;
  const { status } = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-w', '-o', library, source, '-ldl', '-lpthread']);
  return status === 0 ? library : undefined;
}
