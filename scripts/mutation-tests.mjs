// `npm run test:mutation`: changes src/funnel, src/metrics and src/math in small ways and sees whether a test notices (stryker.config.mjs,
// docs/decisions/0042-mutation-tests.md). With arguments it is Stryker itself: `npm run test:mutation -- --mutate src/funnel/pool.ts`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';
import config from '../stryker.config.mjs';

if (process.argv.length > 2) {
  process.exit(spawnSync('npx', ['--no-install', 'stryker', 'run', ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1);
}

// A room's files have to get past the room's own tests. Code that is made ready for mutation is slow, mutated or not, so it is done group by
// group: what the tests spend their time in stands by itself and costs the others nothing.
const { mutate: patterns, thresholds } = structuredClone(config);
const filesOf = (room) =>
  readdirSync(`src/${room}`).filter((file) => file.endsWith('.ts')).map((file) => `src/${room}/${file}`).filter((file) => !patterns.includes(`!${file}`));
const walking = ['src/funnel/evaluate.ts', 'src/funnel/evaluate-grid.ts', 'src/funnel/pool-walk.ts'];
const pools = ['src/funnel/pool.ts', 'src/funnel/pool-build.ts', 'src/funnel/pool-source.ts'];
const tuner = filesOf('funnel').filter((file) => file.includes('/tuner'));
const groups = [
  { room: 'metrics', mutate: filesOf('metrics') },
  { room: 'math', mutate: filesOf('math') },
  { room: 'funnel', mutate: pools },
  { room: 'funnel', mutate: walking },
  { room: 'funnel', mutate: tuner },
  { room: 'funnel', mutate: filesOf('funnel').filter((file) => ![...pools, ...walking, ...tuner].includes(file)) },
];

const start = Date.now();
/** By file: how many mutants of each status. */
const counts = new Map(groups.flatMap(({ mutate }) => mutate).map((file) => [file, { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 }]));
for (const [index, { room, mutate }] of groups.entries()) {
  process.env.MUTATION_TESTS = `test/${room}/**/*.test.ts`;
  const results = await new Stryker({
    mutate,
    incrementalFile: `coverage/mutation-${index}-incremental.json`,
    jsonReporter: { fileName: `coverage/mutation-${index}.json` },
    reporters: ['json'],
    thresholds: { ...thresholds, break: 0 },
    fileLogLevel: 'off',
    logLevel: 'warn',
  }).runMutationTest();
  for (const { fileName, status } of results) {
    const count = counts.get(fileName.replaceAll('\\', '/').replace(/^.*?(?=src\/(funnel|metrics|math)\/)/, ''));
    if (status in count) count[status] += 1;
  }
  console.log(`group ${index + 1} of ${groups.length} (${room}): ${results.length} mutants, ${Math.round((Date.now() - start) / 1000)} s`);
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
if (!(score >= thresholds.break)) {
  console.error(`mutation score ${score.toFixed(1)} % is below ${thresholds.break} %: see coverage/mutation-*.json for what survived`);
  process.exitCode = 1;
} else {
  process.exitCode = 0;
}
