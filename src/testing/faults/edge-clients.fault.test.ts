import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findFreePort } from '../free-port.ts';
import { requireOrSkip } from '../services.ts';
import { readEvents } from './books.ts';
import { createEdgeMachine, type EdgeLanguage, type EdgeMachine, type EdgeProcess } from './edge-programs.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

/** 200 for the whole proof, `npm run faults`. */
const rounds = Number(process.env.KILL_ROUNDS ?? 3);
const random = (least: number, most: number) => least + Math.random() * (most - least);
const python = requireOrSkip('python3');

/** A Node of the oldest version that the client is for; '' where this machine has none. */
function findNode20(): string {
  for (const program of ['/usr/bin/node', '/usr/local/bin/node', '/usr/bin/node20', '/usr/bin/nodejs']) {
    try {
      if (execFileSync(program, ['--version'], { encoding: 'utf8' }).startsWith('v20.')) return program;
    } catch {
      // Not there.
    }
  }
  console.warn('Node 20 is not installed: the client is tested with the Node of this test alone');
  return '';
}
const node20 = findNode20();

const node: [EdgeLanguage, string] = ['node', process.execPath];
const old: [EdgeLanguage, string] = ['node', node20];
const snake: [EdgeLanguage, string] = ['python', python.path];
/** In turn on one buffer: what one leaves behind, the next sends. */
const sides: { name: string; programs: [EdgeLanguage, string][]; isMissing: boolean }[] = [
  { name: 'Node 24', programs: [node], isMissing: false },
  { name: 'Node 20', programs: [old], isMissing: node20 === '' },
  { name: 'Python', programs: [snake], isMissing: python.missing },
  { name: 'Node and Python in turn', programs: [node, snake], isMissing: python.missing },
];

/** Until the programs have recorded some more events, by chance. */
async function waitForKept(machine: EdgeMachine, program: EdgeProcess): Promise<void> {
  const enough = machine.kept().length + random(1, 60);
  await waitUntil('some more are recorded', () => {
    if (/Error/.test(program.output())) throw new Error(program.output());
    return machine.kept().length >= enough;
  });
  await sleep(random(0, 120));
}

for (const { name, programs, isMissing } of sides) {
  test.skipIf(isMissing)(
    `${name}: killed ${rounds} times as the hub is, every event that was recorded is in the hub once`,
    async () => {
      await using plant = createFaultPlant();
      const env = { PORT: String(await findFreePort()), EVENTS_CREATE_UNKNOWN: '1', DEMO: '0' };
      let hub: PlantProcess = await plant.start(env);
      await hub.listening;
      const machine = await createEdgeMachine(join(plant.folder, 'edge'), hub);
      let midway = 0;
      let taken = 0;
      for (let round = 0; round < rounds; round++) {
        const [language, program] = programs[round % programs.length]!;
        const running = machine.start(language, program, 'record', hub.origin);
        await waitForKept(machine, running);
        await waitUntil('the hub has taken some', () => readEvents(plant.dbPath).length > taken);
        // By turns the hub dies, the client, or both; a hub that is dead stays so while more is recorded.
        if (round % 3 !== 1) await hub.kill();
        if (round % 3 === 0) await waitForKept(machine, running);
        await running.kill();
        const rows = readEvents(plant.dbPath).length;
        if (rows > taken && rows < machine.kept().length) midway += 1;
        taken = rows;
        if (round % 3 === 1) continue;
        hub = await plant.start(env);
        if (round % 2 === 0) await hub.listening;
      }
      // Kills before the first batch or after the last prove little.
      expect(midway).toBeGreaterThan(rounds / 4);
      await hub.listening;
      const [language, program] = programs[0]!;
      const last = machine.start(language, program, 'drain', hub.origin);
      expect(await last.ended, last.output()).toBe(0);
      const status = JSON.parse(last.output().trim().split('\n').at(-1) ?? '');
      expect(status).toMatchObject({ state: 'closed', problem: null, refused: 0 });

      const rows = readEvents(plant.dbPath);
      const ids = rows.map(({ eventId }) => eventId);
      const [meant, kept] = [machine.meant(), machine.kept()];
      expect(ids.length - new Set(ids).size, 'doubled').toBe(0);
      expect(
        kept.filter((id) => !new Set(ids).has(id)),
        'lost',
      ).toEqual([]);
      const rowOf = new Map(rows.map((row) => [row.eventId, row]));
      const meantOf = new Map(meant.map((event) => [event.event_id, event]));
      expect(
        ids.filter((id) => !meantOf.has(id)),
        'invented',
      ).toEqual([]);
      for (const [id, { at, count }] of rowOf) {
        const event = meantOf.get(id);
        expect([id, at, count]).toEqual([id, Date.parse(event?.timestamp ?? ''), event?.count]);
      }
      const factory = (await (await hub.fetch('/api/metrics/factory')).json()) as Record<string, number>;
      expect(factory.total_events).toBe(rows.length);
      expect(factory.total_production_count).toBe(rows.reduce((sum, { count }) => sum + count, 0));
      const left = readdirSync(join(machine.folder, 'buffer')).filter((file) => !file.endsWith('.events'));
      expect(left).toEqual(['position']);
      console.log(
        `${name}: killed ${rounds} times, ${midway} of them midway; ${meant.length} meant, ${kept.length} recorded, ${rows.length} in the hub`,
      );
    },
    120_000 + rounds * 20_000,
  );
}
