import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStreamAt, type Stream } from '../open-stream.ts';
import { createInstallation, isOnline, serverKinds } from './installation.ts';
import { imageName, writeImage } from './plant-images.ts';
import { type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const everything = 'start=2000-01-01T00:00&end=2100-01-01T00:00';
const ownPage = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };

let sequence = 0;

/** Writes so many images of this moment; answers the place of the last. */
function write({ watchDir }: FaultPlant, count: number, station = 'S9'): string {
  let file = '';
  for (let i = 0; i < count; i++) {
    sequence += 1;
    file = `${station}/OR-3CT/${imageName('OK', Date.now(), sequence)}`;
    writeImage(watchDir, file);
  }
  return file;
}

async function count(plant: PlantProcess): Promise<number> {
  const answer = await plant.fetch(`/api/stats?${everything}`, { method: 'POST' });
  return answer.ok ? ((await answer.json()) as { total_count: number }).total_count : -1;
}

async function watch(plant: PlantProcess, topic: string, headers = {}): Promise<Stream> {
  const stream = await openStreamAt(Number(new URL(plant.origin).port), `topics=${topic}`, headers);
  await stream.until(/event: ping/);
  return stream;
}

/** Milliseconds until the stream says it. */
async function heardAfter(stream: Stream, word: string): Promise<number> {
  return waitUntil(`${word} on the stream`, () => stream.text().includes(word));
}

describe.each(serverKinds)('several processes on one %s', (kind) => {
  const installation = createInstallation(kind);
  const { openSite } = installation;
  beforeAll(installation.start);
  afterAll(installation.stop);

  test('what one sweeps, the screens of another are told at once; it sweeps when asked there', async () => {
    await using site = openSite();
    write(site, 3);
    // Together, on an empty database; between two sweeps is an hour, so that only events can tell of what comes.
    const [scan, web] = await Promise.all([
      site.startOn('scan', { ROLE: 'scan', POLL_INTERVAL_SEC: '3600', RECONCILE_INTERVAL_MIN: '60' }),
      site.startOn('web', { ROLE: 'web' }),
    ]);
    await waitUntil('the first sweep is known to web', isOnline(web));
    await waitUntil('three are counted', async () => (await count(web)) === 3);
    await waitUntil('web knows of the sweep', async () => (await web.source()).lastSweep !== null);
    const sweptAt = (await web.source()).lastSweep!.startedAt;
    expect(await web.source()).toMatchObject({
      knownFiles: 3,
      watchedBy: expect.stringContaining(String(scan.pid)),
    });
    expect((await web.fetch('/health/ready')).status).toBe(200);
    expect([(await scan.fetch('/')).status, (await scan.fetch('/metrics')).status]).toEqual([404, 200]);

    // Stations neither the page nor the process that serves it has heard of.
    const stream = await watch(web, '/inspections/cards');
    await sleep(500);
    const waits: number[] = [];
    for (const station of ['S75', 'S76', 'S77']) {
      write(site, 1, station);
      waits.push(await heardAfter(stream, station));
    }
    stream.close();
    console.info(
      `${kind}: from a file to the stream of another process ${waits.map(Math.round).join(', ')} ms`,
    );
    const page = await web.text('/inspections');
    expect(page).toContain('S77');
    const [image] = (
      (await (await web.fetch('/api/v1/inspections?limit=1')).json()) as {
        inspections: { id: number; revision: number; station: string }[];
      }
    ).inspections;
    expect(image?.station).toBe('S77');
    const shown = await web.fetch(`/images/${image?.id}/${image?.revision}/strip.webp`);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/webp']);

    const rescan = await web.fetch('/api/scan', { method: 'POST' });
    expect([rescan.status, await rescan.json()]).toEqual([200, { scanned: 6, added: 0 }]);

    await scan.kill();
    await waitUntil(
      'web says that nobody watches',
      async () => (await web.source()).reasonCode === 'unwatched',
    );
    const { state, offlineSince } = await web.source();
    expect(state).toBe('offline');
    // When it was heard of last, which is after the sweep; how long that is ago is tested with the heartbeats.
    expect(offlineSince).toBeGreaterThan(sweptAt);
    expect(offlineSince).toBeLessThanOrEqual(Date.now());
    expect(await web.text('/sources')).toContain('No process watches this folder');
    const refused = await web.fetch('/api/v1/rescan', { method: 'POST' });
    expect([refused.status, await refused.text()]).toEqual([
      503,
      expect.stringContaining('No process watches'),
    ]);
  });

  test('one of two sweeps; when it is killed the other goes on and counts everything once', async () => {
    await using site = openSite();
    write(site, 20);
    const first = await site.startOn('a');
    await waitUntil('the first sweep', isOnline(first));
    const second = await site.startOn('b');
    await waitUntil('the second knows', isOnline(second));
    expect([(await first.source()).watchedBy, (await second.source()).watchedBy]).toEqual([
      null,
      expect.stringContaining(String(first.pid)),
    ]);
    write(site, 200);
    await waitUntil('all are counted', async () => (await count(second)) === 220);
    await first.kill();
    write(site, 30);
    const ms = await waitUntil(
      'the other counts what came meanwhile',
      async () => (await count(second)) === 250,
    );
    console.info(`${kind}: taken over ${(ms / 1000).toFixed(1)} s after a kill`);
    expect((await second.source()).watchedBy).toBeNull();
    // The one that was killed comes back, and stands by.
    const again = await site.startOn('a');
    await waitUntil('it knows who watches', async () => (await again.source()).watchedBy !== null);
    write(site, 10);
    await waitUntil('each counts the same', async () => (await count(again)) === 260);
    await sleep(3_000);
    expect(await count(second)).toBe(260);
  });

  test('one that stands still loses its right to another, and does not take it back when it goes on', async () => {
    await using site = openSite();
    write(site, 5);
    const first = await site.startOn('a');
    await waitUntil('the first sweep', isOnline(first));
    const second = await site.startOn('b');
    await waitUntil('the second knows', isOnline(second));
    process.kill(first.pid, 'SIGSTOP');
    write(site, 5);
    const ms = await waitUntil('the other takes over', async () => (await count(second)) === 10);
    console.info(`${kind}: taken over ${(ms / 1000).toFixed(1)} s after it stood still`);
    process.kill(first.pid, 'SIGCONT');
    await waitUntil(
      'it knows who watches now',
      async () => (await first.source()).watchedBy?.includes(String(second.pid)) ?? false,
    );
    write(site, 5);
    await waitUntil('both show the same', async () => (await count(first)) === 15);
    await sleep(2_000);
    expect(await count(second)).toBe(15);
  });

  test('after the database was away both are live again by themselves, and nothing is lost', async () => {
    await using site = openSite();
    write(site, 5);
    const scan = await site.startOn('scan', { ROLE: 'scan' });
    const web = await site.startOn('web', { ROLE: 'web' });
    await waitUntil('web knows', isOnline(web));
    const stream = await watch(web, '/inspections/cards');
    await installation.server().kill();
    write(site, 5, 'S55');
    await sleep(2_000);
    await installation.server().start();
    await heardAfter(stream, 'S55');
    write(site, 5, 'S56');
    await heardAfter(stream, 'S56');
    stream.close();
    await waitUntil('all are counted', async () => (await count(web)) === 15);
    expect(scan.output()).not.toContain('"level":60');
  });

  test('who signs out at one is shown out by the other, streams included', async () => {
    await using site = openSite();
    write(site, 1);
    const one = await site.startOn('one', { ACCESS: 'closed' });
    const other = await site.startOn('other', { ACCESS: 'closed', ROLE: 'web' });
    const cookie = await makeAdministrator(one);
    const headers = { cookie };
    expect((await other.fetch('/inspections', { headers })).status).toBe(200);
    const stream = await watch(other, '/inspections/cards', headers);
    let hasEnded = false;
    stream.response.on('end', () => {
      hasEnded = true;
    });
    const out = await one.fetch('/logout', {
      method: 'POST',
      headers: { ...headers, ...ownPage },
      redirect: 'manual',
    });
    expect(out.status).toBe(303);
    const ms = await waitUntil('the stream ends', () => hasEnded);
    console.info(`${kind}: a stream of another process ended ${Math.round(ms)} ms after signing out`);
    expect((await other.fetch('/inspections', { headers, redirect: 'manual' })).status).toBe(401);
  });
});

/** Makes the first administrator with the key of the file that the log names, and answers the cookie of the browser that did. */
async function makeAdministrator(plant: PlantProcess): Promise<string> {
  const file = /key it asks for is in (\S*setup-key)/.exec(plant.output())?.[1] ?? '';
  const key = readFileSync(file, 'utf8').trim();
  const password = 'a password of a test';
  const body = new URLSearchParams({ key, name: 'admin', password, repeat: password });
  const answer = await plant.fetch('/setup', { method: 'POST', body, headers: ownPage, redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`No administrator was made: ${answer.status} ${await answer.text()}`);
  return cookie;
}
