import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The screens: the same build for the desktop shell and the web host, so every address in it is relative. */
export default defineConfig(({ command }) => {
  // A build is the product, also when a test asks for it.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: 'renderer',
    base: './',
    plugins: [react()],
    build: {
      outDir: '../dist/renderer',
      emptyOutDir: true,
      target: 'chrome108',
      chunkSizeWarningLimit: 700,
    },
  };
});
