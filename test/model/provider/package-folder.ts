import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A folder in which one package is installed. @param files By path inside the package; `package.json` among them. */
export function packageFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(place, path), text);
  return folder;
}

/** A package as one makes it for the AI SDK, whose model repeats what it is asked with. */
export function echoPackage(version: string, more = ''): Record<string, string> {
  return {
    'package.json': JSON.stringify({
      name: 'echo-provider',
      type: 'module',
      exports: { '.': { import: './index.js' } },
    }),
    'index.js': `
      const usage = { inputTokens: { total: 5 }, outputTokens: { total: 2 } };
      const finish = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage };
      export function createEcho(settings) {
        const languageModel = (modelId) => ({
          specificationVersion: '${version}',
          provider: 'echo.chat',
          modelId,
          supportedUrls: {},
          async doGenerate(options) {
            const text = JSON.stringify({ modelId, settings, options: { ...options, abortSignal: undefined } });
            return { ...finish, content: [{ type: 'custom', kind: 'x' }, { type: 'text', text }], warnings: [] };
          },
          async doStream() {
            return {
              stream: new ReadableStream({
                start(controller) {
                  const parts = [{ type: 'ping' }, { type: 'reasoning-file' }, { type: 'text-delta', id: '0', delta: 'streamed' }];
                  for (const part of [...parts, finish]) controller.enqueue(part);
                  controller.close();
                },
              }),
            };
          },
        });
        return { languageModel };
      }
      ${more}`,
  };
}
