/**
 * A secret where there is no secret store: the environment variable of its name. `openai` is FUNNELSCOPE_SECRET_OPENAI,
 * `milvus:lab-1` is FUNNELSCOPE_SECRET_MILVUS_LAB_1. Nothing is written to disk.
 */
export function environmentSecret(ref: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[`FUNNELSCOPE_SECRET_${ref.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`];
  return value === '' ? undefined : value;
}
