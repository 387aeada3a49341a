import { cancelOnSignal } from './cancel.ts';
import { runCli } from './run-cli.ts';

// The process ends with the code; what is still open (native thread pools) must not keep it alive.
process.exitCode = await runCli(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: cancelOnSignal() });
process.exit();
