/** `npm run bench`: measures the product against references and budgets; it is no test and fails no build. */
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fileSystemName } from '../kernel/storage/file-system.ts';
import type { Bench, Group } from './bench.ts';
import { databasePages } from './database-pages.ts';
import { databases } from './databases.ts';
import { events } from './events.ts';
import { createInputs } from './inputs.ts';
import { latency } from './latency.ts';
import { live, liveMillion } from './live.ts';
import { logins } from './logins.ts';
import { describeMachine, type Machine } from './machine.ts';
import { memory } from './memory.ts';
import { pagesOverHistory } from './pages.ts';
import { failed, type Row } from './row.ts';
import { scan } from './scan.ts';
import { screens } from './screens.ts';
import { formatTable } from './table.ts';
import { thumbnails } from './thumbnails.ts';
import { weight } from './weight.ts';
import { createWorkspace } from './workspace.ts';

const groups: readonly Group[] = [
  scan,
  memory,
  latency,
  screens,
  live,
  liveMillion,
  pagesOverHistory,
  logins,
  events,
  thumbnails,
  databases,
  databasePages,
  weight,
];

const usage = `Measures the product and compares it with references and budgets.

  npm run bench                      everything (about ten minutes)
  npm run bench -- scan latency      only these groups

  --list             the groups
  --json <file>      where the figures go (./bench.json)
  --dir <folder>     where inputs are generated, and deleted again (the system's temporary folder; needs 12 GB)
  --scale <0..1>     smaller inputs, for a trial (1)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    json: { type: 'string', default: 'bench.json' },
    dir: { type: 'string' },
    scale: { type: 'string', default: '1' },
  },
});
const unknown = positionals.filter((name) => !groups.some((group) => group.name === name));
if (unknown.length > 0) console.error(`There is no group ${unknown.join(', ')}; --list names them.`);
if (values.help) console.log(usage);
else if (values.list) for (const { name, about } of groups) console.log(`${name.padEnd(12)} ${about}`);
else if (unknown.length > 0) process.exitCode = 1;
else await main(positionals.length > 0 ? groups.filter(({ name }) => positionals.includes(name)) : groups);

async function main(chosen: readonly Group[]): Promise<void> {
  const startedAt = performance.now();
  const say = (text: string) => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.error(`${String(seconds).padStart(4)} s  ${text}`);
  };
  const scale = Number(values.scale);
  const sizes = { files: 1e6 * scale, folders: 1e3 * scale, inspections: 1e7 * scale };
  const workspace = createWorkspace(chooseDir());
  const bench: Bench = { workspace, inputs: createInputs(workspace, sizes, say), sizes, say };
  const machine = describeMachine(workspace.dir);
  const rows: Row[] = [];
  for (const group of chosen) {
    say(`${group.name}: ${group.about}`);
    rows.push(...(await runGroup(group, bench)));
  }
  report(machine, scale, rows);
  say('Deleting what was generated …');
  workspace.remove();
  process.exit(0);
}

async function runGroup(group: Group, bench: Bench): Promise<Row[]> {
  try {
    return await group.run(bench);
  } catch (error) {
    return [failed(group.name, error instanceof Error ? error.message : String(error))];
  }
}

function report(machine: Machine, scale: number, rows: readonly Row[]): void {
  const { cores, processor, memoryGb, kernel, fileSystem, node } = machine;
  console.log(
    `\n${cores} cores (${processor}), ${memoryGb} GB, ${kernel}, ${fileSystem}, Node ${node}; MB are 10⁶ bytes`,
  );
  if (scale !== 1) console.log(`At ${scale} of the full size: budgets are stated for 1.`);
  console.log(`\n${formatTable(rows)}\n`);
  const file = resolve(values.json);
  writeFileSync(
    file,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, scale, rows }, null, 2)}\n`,
  );
  console.log(`Written to ${file}`);
}

/** On a disk: a file system in memory would flatter everything. */
function chooseDir(): string {
  if (values.dir !== undefined) {
    mkdirSync(values.dir, { recursive: true });
    return resolve(values.dir);
  }
  return fileSystemName(statfsSync(tmpdir()).type) === 'tmpfs' ? '/var/tmp' : tmpdir();
}
