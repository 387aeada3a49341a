import { setFlagsFromString } from 'node:v8';

// Vectors live outside JavaScript's heap. A small young generation keeps the heap from growing by tens of megabytes for short-lived
// objects, which matters where the vectors themselves fill the memory. Set before anything else is loaded.
setFlagsFromString('--max-semi-space-size=2');
setFlagsFromString('--semi-space-growth-factor=1');

const { cancelOnSignal } = await import('./cancel.ts');
const { runCli } = await import('./run-cli.ts');

process.exitCode = await runCli(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: cancelOnSignal() });
// What is still open (native thread pools) must not keep the process alive.
process.exit();
