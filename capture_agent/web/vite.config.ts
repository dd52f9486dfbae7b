// Built files have the hash of their content in their names, so that browsers keep them for good,
// and name each other relatively, so that they work below any address.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const SOURCES = ['package-lock.json', 'package.json', 'public', 'src', 'tsconfig.json', 'vite.config.ts'];

/** The files of `place`, in the order of their names. */
function files(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  return readdirSync(place)
    .map((name) => `${place}/${name}`)
    .sort()
    .flatMap(files);
}

/** Writes down of which sources it was built, so that whoever has no Node can tell, too. */
function named(): Plugin {
  return {
    name: 'sources',
    generateBundle() {
      const digest = createHash('sha256');
      for (const name of SOURCES.flatMap(files)) digest.update(`${name}\n`).update(readFileSync(name));
      this.emitFile({ type: 'asset', fileName: 'sources.sha256', source: `${digest.digest('hex')}\n` });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [named()],
  build: {
    outDir: 'built',
    assetsDir: '.',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: false,
    assetsInlineLimit: 0,
    target: 'es2022',
    rollupOptions: { input: 'src/page/main.ts' },
  },
  worker: { format: 'iife' },
});
