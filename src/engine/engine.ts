import { CancelledError, describeError, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { explainSystemError } from '../base/system-error.ts';
import { calls } from '../contract/calls.ts';
import type { CallName, Job } from '../contract/calls.ts';
import type { CallOptions, EngineEvent } from '../contract/wire.ts';
import { adapterCalls } from './adapter-calls.ts';
import { appCalls } from './app-calls.ts';
import { codeCalls } from './code-calls.ts';
import { corpusCalls } from './corpus-calls.ts';
import { datasetCalls } from './dataset-calls.ts';
import { inspectCalls } from './inspect-calls.ts';
import { createJobList } from './jobs.ts';
import { measureCalls } from './measure-calls.ts';
import { milvusCalls } from './milvus-calls.ts';
import { poolCalls } from './pool-calls.ts';
import { reportCalls } from './report-calls.ts';
import { tuneCalls } from './tune-calls.ts';
import { openWorkspace } from './workspace.ts';
import { vectorCalls } from './vector-calls.ts';
import type { EngineOptions, Handlers } from './workspace.ts';

export type { EngineOptions } from './workspace.ts';

/** The whole product behind its contract, in this process: no electron, no window. */
export interface Engine {
  /** Runs one call. Input is validated here. @throws UserError, CancelledError. */
  call(name: CallName, input: unknown, options?: CallOptions): Promise<unknown>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
  jobs(): readonly Job[];
  close(): Promise<void>;
}

/** Opens the engine on its folders. Cheap: nothing is loaded before it is asked for. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const listeners = new Set<(event: EngineEvent) => void>();
  const announce = (event: EngineEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const jobs = createJobList((list) => announce({ name: 'jobs', jobs: [...list] }));
  const workspace = await openWorkspace(options, announce);
  const handlers: Handlers = {
    ...appCalls(workspace),
    ...corpusCalls(workspace),
    ...datasetCalls(workspace),
    ...vectorCalls(workspace),
    ...measureCalls(workspace),
    ...poolCalls(workspace),
    ...inspectCalls(workspace),
    ...milvusCalls(workspace),
    ...tuneCalls(workspace),
    ...adapterCalls(workspace),
    ...codeCalls(workspace),
    ...reportCalls(workspace),
  };

  async function run(name: CallName, input: unknown, callOptions: CallOptions): Promise<unknown> {
    const shape: { input: { safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } } }; job?: string } = calls[name];
    const parsed = shape.input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error?.issues[0];
      throw new UserError('contract/input', `${name}: ${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'not valid'}`);
    }
    const handler = handlers[name] as (input: unknown, work: WorkOptions) => Promise<unknown>;
    if (shape.job === undefined) return handler(parsed.data, { signal: callOptions.signal });
    const job = jobs.start(name, shape.job);
    try {
      const output = await handler(parsed.data, {
        signal: callOptions.signal,
        onProgress: (progress) => {
          const wire = job.progress(progress);
          callOptions.onProgress?.(wire);
        },
      });
      job.finish('done');
      return output;
    } catch (error) {
      if (error instanceof CancelledError) job.finish('cancelled');
      else job.finish('failed', describeError(explainSystemError(error)));
      throw error;
    }
  }

  return {
    call: (name, input, callOptions = {}) => run(name, input, callOptions),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    jobs: () => jobs.list(),
    close: () => workspace.close(),
  };
}
