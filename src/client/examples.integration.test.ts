import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createEdgeMachine } from '../testing/faults/edge-programs.ts';
import { createFaultPlant, type PlantProcess } from '../testing/faults/plant-process.ts';
import { requireOrSkip } from '../testing/services.ts';

const python = requireOrSkip('python3');
const manual = readFileSync(
  fileURLToPath(new URL('../../views/manual/en/clients.md', import.meta.url)),
  'utf8',
);
const examples = (language: string) =>
  [...manual.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code ?? '');

async function listEvents(hub: PlantProcess) {
  return (await (await hub.fetch('/api/events')).json()) as Record<string, unknown>[];
}

/** Runs a file of the machine's folder as its owner would. */
function run(folder: string, program: string, file: string, env: Record<string, string>): void {
  execFileSync(program, [file], { cwd: folder, env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
}

for (const { language, file, program, isMissing } of [
  { language: 'js', file: 'example.js', program: process.execPath, isMissing: false },
  { language: 'python', file: 'example.py', program: python.path, isMissing: python.missing },
]) {
  test.skipIf(isMissing)(`the manual's example in ${language} sends its events`, async () => {
    await using plant = createFaultPlant();
    const hub = await plant.start({ EVENTS_CREATE_UNKNOWN: '1', DEMO: '0' });
    await hub.listening;
    const { folder } = await createEdgeMachine(join(plant.folder, 'edge'), hub);
    const [example = ''] = examples(language);
    writeFileSync(join(folder, file), example);
    run(folder, program, file, { LINESIGHT_URL: hub.origin });
    expect(await listEvents(hub)).toMatchObject([
      { worker_id: 'W1', workstation_id: 'S1', event_type: 'product_count', count: 4 },
      { worker_id: 'W1', workstation_id: 'S1', event_type: 'working', confidence: 0.93 },
    ]);
  });
}

test.skipIf(python.missing)(
  'events that the hub refused are taken when they are recorded again, as the manual says',
  async () => {
    await using plant = createFaultPlant();
    const strict = await plant.start({ EVENTS_CREATE_UNKNOWN: '0', DEMO: '0' });
    await strict.listening;
    const { folder } = await createEdgeMachine(join(plant.folder, 'edge'), strict);
    const [example = '', again = ''] = examples('python');
    writeFileSync(join(folder, 'example.py'), example);
    run(folder, python.path, 'example.py', { LINESIGHT_URL: strict.origin });
    expect(await listEvents(strict)).toEqual([]);
    const refused = readFileSync(join(folder, 'linesight-buffer', 'refused.ndjson'), 'utf8');
    expect(
      refused
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { event: { event_type: 'working' }, error: 'Unknown worker_id "W1"' },
      { event: { event_type: 'product_count' }, error: 'Unknown worker_id "W1"' },
    ]);
    await strict.kill();
    const hub = await plant.start({ EVENTS_CREATE_UNKNOWN: '1', DEMO: '0' });
    await hub.listening;
    writeFileSync(join(folder, 'refused-of-yesterday.ndjson'), refused);
    writeFileSync(join(folder, 'again.py'), again);
    // A second time changes nothing: the events have their ids.
    for (let i = 0; i < 2; i++) run(folder, python.path, 'again.py', { LINESIGHT_URL: hub.origin });
    expect((await listEvents(hub)).map((event) => event.event_type)).toEqual(['product_count', 'working']);
  },
);
