import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page into `dist/monitor/web`, with the notices of the libraries it is made of. */
export default defineConfig({
  root: here('.'),
  base: '/',
  build: {
    outDir: here('../../../dist/monitor/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Older targets would have `light-dark()` rewritten into twice the styles.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
  },
});
