import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  /** Its name holds its hash: it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain; charset=utf-8',
};

/** Beside the compiled server: `dist/monitor/web`. */
export const WEB_FOLDER = fileURLToPath(new URL('../web/', import.meta.url));

/** The page's files, by path. Only what was there at the start is served, so no path leads out of the folder. */
export interface Assets {
  /** The page has not been built. */
  readonly isEmpty: boolean;
  /** Read and compressed at the first request, off the event loop. */
  get(path: string): Promise<Asset> | undefined;
}

/** @param folder What Vite has built. */
export function openAssets(folder = WEB_FOLDER): Assets {
  const files = new Map<string, string>();
  const built = existsSync(join(folder, 'index.html'));
  if (built) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || TYPES[extname(entry.name)] === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(`/${path.slice(join(folder, '/').length).replaceAll('\\', '/')}`, path);
    }
    // As large as ten of the page: loaded from the package that brings it when a chart is first laid out.
    files.set('/elk-worker.min.js', createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js'));
  }
  const loaded = new Map<string, Promise<Asset>>();
  return {
    isEmpty: !built,
    get(path) {
      const name = path === '/' ? '/index.html' : path;
      const file = files.get(name);
      if (file === undefined) return undefined;
      const asset = loaded.get(name) ?? load(file, name);
      loaded.set(name, asset);
      return asset;
    },
  };
}

async function load(file: string, name: string): Promise<Asset> {
  const body = readFileSync(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return { type, body, gzipped: await promisify(gzip)(body), immutable: name.startsWith('/assets/') };
}
