import { openEngine } from '../../src/engine/engine.ts';
import { serveEngine } from '../../src/engine/serve.ts';
import { endOnUnforeseenErrors, runEngineProcess, standBackBehindWindows } from '../../src/host/engine-process.ts';
import { mainLink } from './main-link.ts';

/** Entry of Electron's utilityProcess: the engine, one MessagePort for every window. */
standBackBehindWindows();
endOnUnforeseenErrors((code) => process.exit(code));
runEngineProcess(mainLink(process.parentPort), { openEngine, serveEngine });
