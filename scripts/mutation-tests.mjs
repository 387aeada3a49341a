// `npm run test:mutation`: changes src/funnel, src/metrics and src/math in small ways and sees whether a test notices (stryker.config.mjs,
// docs/decisions/0042-mutation-tests.md). With arguments it is Stryker itself: `npm run test:mutation -- --mutate src/funnel/pool.ts`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';
import config from '../stryker.config.mjs';

if (process.argv.length > 2) {
  process.exit(spawnSync('npx', ['--no-install', 'stryker', 'run', ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1);
}

// What is to be mutated is slow, all of it, mutated or not: group by group the tests of every mutant are several times as fast.
// Where the tests spend most of their time stands by itself.
const HOT = [
  ['src/math/statistics.ts'],
  ['src/math/kernel.ts', 'src/math/crew.ts'],
  ['src/funnel/evaluate.ts', 'src/funnel/evaluate-grid.ts', 'src/funnel/pool-walk.ts'],
  ['src/funnel/pool.ts', 'src/funnel/pool-build.ts', 'src/funnel/pool-source.ts'],
];
const all = ['funnel', 'metrics', 'math'].flatMap((room) => readdirSync(`src/${room}`).filter((file) => file.endsWith('.ts')).map((file) => `src/${room}/${file}`));
const files = all.filter((file) => !config.mutate.includes(`!${file}`));
const groups = [...HOT, files.filter((file) => !HOT.flat().includes(file))];

const start = Date.now();
/** By file: how many mutants of each status. */
const counts = new Map(files.map((file) => [file, { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 }]));
for (const [index, mutate] of groups.entries()) {
  const results = await new Stryker({
    mutate,
    incrementalFile: `coverage/mutation-${index}-incremental.json`,
    jsonReporter: { fileName: `coverage/mutation-${index}.json` },
    reporters: ['json'],
    thresholds: { ...config.thresholds, break: null },
    fileLogLevel: 'off',
    logLevel: 'warn',
  }).runMutationTest();
  for (const { fileName, status } of results) {
    const count = counts.get(fileName.replaceAll('\\', '/').replace(/^.*?(?=src\/(funnel|metrics|math)\/)/, ''));
    if (status in count) count[status] += 1;
  }
  console.log(`group ${index + 1} of ${groups.length}: ${results.length} mutants, ${Math.round((Date.now() - start) / 1000)} s`);
}

const scoreOf = ({ Killed, Timeout, Survived, NoCoverage }) => (100 * (Killed + Timeout)) / (Killed + Timeout + Survived + NoCoverage);
const line = (name, count) => console.log(`${name.padEnd(34)} ${scoreOf(count).toFixed(1).padStart(6)} % ${Object.values(count).map((n) => String(n).padStart(8)).join('')}`);
console.log(`\n${'file'.padEnd(34)}    score   killed timeout survived untested`);
for (const [file, count] of counts) line(file, count);
const total = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
for (const count of counts.values()) for (const status in total) total[status] += count[status];
line('all', total);
const score = scoreOf(total);
// Written so that nothing counted at all fails as well.
if (!(score >= config.thresholds.break)) {
  console.error(`mutation score ${score.toFixed(1)} % is below ${config.thresholds.break} %: see coverage/mutation-*.json for what survived`);
  process.exitCode = 1;
} else {
  process.exitCode = 0;
}
