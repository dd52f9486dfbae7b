// Built files have the hash of their content in their names, so that browsers keep them for good,
// and name each other relatively, so that they work below any address.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
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
