import { openEngine } from '../engine/engine.ts';
import { serveEngine } from '../engine/serve.ts';
import { endOnUnforeseenErrors, runEngineProcess, standBackBehindWindows } from '../host/engine-process.ts';
import { parentLink } from './parent-link.ts';

/** Entry of the web host's child process: the engine, its clients multiplexed over the process' channel. */
standBackBehindWindows();
endOnUnforeseenErrors((code) => process.exit(code));
runEngineProcess(parentLink(), { openEngine, serveEngine });
