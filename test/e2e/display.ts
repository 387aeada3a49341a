import { spawn } from 'node:child_process';

export interface Display {
  readonly name: string;
  close(): void;
}

/** The display that is there, or one of Xvfb's own: windows without a screen. */
export async function openDisplay(): Promise<Display> {
  const there = process.env['DISPLAY'];
  if (there !== undefined && there !== '') return { name: there, close: () => undefined };
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const name = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3]?.once('data', (bytes: Buffer) => resolve(`:${bytes.toString().trim()}`));
  });
  return { name, close: () => server.kill() };
}
