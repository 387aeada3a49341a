/**
 * The name under which a host keeps the key of a model behind an API: one for each server, so that no key can be sent to another one.
 * @param model `openai/text-embedding-3-small`, or a server: `http://127.0.0.1:11434/v1#nomic-embed-text`
 */
export function apiKeyRefOf(model: string): string {
  const origin = /^https?:\/\/[^/#?]+/i.exec(model)?.[0];
  return `model:${(origin?.toLowerCase() ?? model.split('/')[0]!).replace(/[^A-Za-z0-9._:/@-]/g, '_')}`;
}
