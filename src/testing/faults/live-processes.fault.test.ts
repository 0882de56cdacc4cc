import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectSocket, type SocketClient } from '../socket-client.ts';
import { createInstallation, isOnline, serverKinds } from './installation.ts';
import { imageName, tinyJpeg, writeImage } from './plant-images.ts';
import { type PlantProcess, waitUntil } from './plant-process.ts';

/**
 * Images put in place one by one, each once the one before is told. A process that only looked into the database would do
 * so every 30 s, and the test would be over first.
 */
const toldOneByOne = 8;

type Camera = { key: string; offlineReason: string | null; newest: { original?: { name: string } } };

/** As a careful camera does: written aside, then put in place. */
function put(folder: string, coil: string): string {
  const name = `${coil}_${Date.now()}_original.jpg`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.tmp`), tinyJpeg);
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
  return name;
}

async function look(plant: PlantProcess, channels = ''): Promise<SocketClient> {
  const client = connectSocket(`${plant.origin.replace('http', 'ws')}/ws/images?channels=${channels}`);
  await client.opened;
  return client;
}

const said = (client: SocketClient, word: string) => () =>
  client.messages.some((text) => text.includes(word));

async function cameraOf(plant: PlantProcess, key: string): Promise<Camera | undefined> {
  const answer = await plant.fetch('/api/v1/live/cameras');
  return ((await answer.json()) as { cameras: Camera[] }).cameras.find((camera) => camera.key === key);
}

function upload(plant: PlantProcess, coil: string): Promise<Response> {
  const body = new FormData();
  body.set('coil_number', coil);
  for (const field of ['original_image', 'labeled_image'])
    body.set(field, new Blob([new Uint8Array(tinyJpeg)]), `${field}.jpg`);
  return plant.fetch('/upload/pair', { method: 'POST', body });
}

describe.each(serverKinds)('live images of several processes on one %s', (kind) => {
  const installation = createInstallation(kind);
  beforeAll(installation.start);
  afterAll(installation.stop);

  test('an image is told to the screens of every process; another takes over from one that is killed', async () => {
    await using site = installation.openSite();
    const base = join(site.folder, 'live');
    const env = { IMAGE_BASE_PATH: base };
    put(join(base, 'original'), 'coil0');
    writeImage(site.watchDir, `S9/OR-3CT/${imageName('OK', Date.now() - 1000, 0)}`);
    const first = await site.startOn('a', env);
    await waitUntil('the first watches', isOnline(first));
    const [web, second, elsewhere] = await Promise.all([
      site.startOn('web', { ...env, ROLE: 'web' }),
      site.startOn('b', env),
      site.startOn('elsewhere', { IMAGE_BASE_PATH: join(site.folder, 'other'), ROLE: 'web' }),
    ]);
    await waitUntil('web knows the camera', async () =>
      Boolean((await cameraOf(web, 'main'))?.newest.original?.name.startsWith('coil0')),
    );
    const screens = [await look(web), await look(second)];
    const stations = await look(web, 'station/S9');
    await sleep(500);

    for (let i = 0; i < toldOneByOne; i++) {
      const name = put(join(base, 'original'), 'coil1');
      await Promise.all(screens.map((screen) => waitUntil('the image is told', said(screen, name))));
    }
    const { newest } = (await cameraOf(web, 'main')) as { newest: { original?: { id: number } } };
    const picture = await web.fetch(`/live/images/${newest.original?.id}/0/320.webp`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const shot = imageName('NG', Date.now(), 1);
    writeImage(site.watchDir, `S9/OR-3CT/${shot}`);
    await waitUntil('the station is told', said(stations, shot));

    // A camera nobody had heard of, and a pair sent to the process that watches nothing.
    put(join(base, 'line2'), 'coil2');
    await waitUntil('both know the new camera', async () => {
      const cameras = await Promise.all([web, second].map((plant) => cameraOf(plant, 'line2')));
      return cameras.every((camera) => camera?.newest.original !== undefined);
    });
    expect([(await upload(web, 'coil3')).status, readdirSync(join(base, 'labeled')).length]).toEqual([
      200, 1,
    ]);
    await waitUntil('the pair is told elsewhere', said(screens[1]!, 'coil3'));
    const refused = await upload(elsewhere, 'coil4');
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('IMAGE_BASE_PATH')]);
    const role = join(site.folder, 'other', 'original');
    expect(existsSync(role) ? readdirSync(role) : []).toEqual([]);

    await first.kill();
    const late = put(join(base, 'original'), 'coil5');
    await waitUntil('the other one watches', said(screens[0]!, late));
    await web.terminate();
    expect(web.output()).not.toContain('DeprecationWarning');
    for (const { socket } of [...screens, stations]) socket.terminate();
  });
});
