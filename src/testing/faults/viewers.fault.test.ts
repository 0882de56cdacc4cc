import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRows } from './books.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const screens = 1_000;
const deafScreens = 25;
const stations = 40;
const megabyte = 1024 * 1024;

/** A live page's stream; `text` is the newest of what it read. */
type Screen = { socket: Socket; text(): string; close(): void };

function openScreen({ origin }: PlantProcess, paths: readonly string[]): Screen {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  let text = '';
  const query = paths.map((path) => `topics=${encodeURIComponent(path)}`).join('&');
  socket.write(`GET /stream?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-megabyte);
  });
  socket.on('error', () => {});
  return { socket, text: () => text, close: () => socket.destroy() };
}

/** Says it wants to see and then never reads. */
function openDeafScreen(running: PlantProcess, paths: readonly string[]): Screen {
  const screen = openScreen(running, paths);
  screen.socket.pause();
  return screen;
}

function writeRound(watchDir: string, sequence: number): void {
  for (let station = 0; station < stations; station++) {
    writeImage(watchDir, `S${station}/OR-3CT/${imageName('OK', Date.now(), sequence)}`);
  }
}

async function readStream(running: PlantProcess) {
  return (await running.health()).stats.stream;
}

test('a thousand screens that come back in the same second, three times, are all served', async () => {
  await using plant = createFaultPlant();
  const running = await plant.start();
  await running.listening;
  writeRound(plant.watchDir, 1);
  await waitUntil('all are counted', () => countRows(plant.dbPath) === stations);
  for (let round = 0; round < 3; round++) {
    const startedAt = performance.now();
    const open = Array.from({ length: screens }, () => openScreen(running, ['/inspections/cards']));
    await waitUntil('every screen has the cards', () =>
      open.every((screen) => screen.text().includes('S39')),
    );
    expect(await readStream(running)).toMatchObject({ viewers: screens, refused: 0, cutOff: 0 });
    expect((await running.fetch('/')).status).toBe(200);
    const servedMs = performance.now() - startedAt;
    for (const screen of open) screen.close();
    await waitUntil('all have gone', async () => (await readStream(running)).viewers === 0);
    console.log(`round ${round + 1}: ${screens} screens served after ${servedMs.toFixed(0)} ms`);
  }
  expect(running.memory().peak).toBeLessThan(450 * megabyte);
});

test('screens that never read cost neither memory nor the others their freshness', async () => {
  await using plant = createFaultPlant();
  const running = await plant.start();
  await running.listening;
  writeRound(plant.watchDir, 1);
  await waitUntil('all are counted', () => countRows(plant.dbPath) === stations);
  // Together some megabytes in a few seconds: more than the system takes for one who does not read.
  const paths = ['1h', '1d', '1w'].map((period) => `/inspections/cards?period=${period}`);
  const deaf = Array.from({ length: deafScreens }, () => openDeafScreen(running, paths));
  const reader = openScreen(running, paths);
  await waitUntil('the reader sees the cards', () => reader.text().includes('S39'));
  const before = running.memory().now;
  let stream = await readStream(running);
  // Only skipped messages prove that they are slow at all.
  for (let round = 2; stream.coalesced + stream.cutOff < 10 * deafScreens && round < 400; round++) {
    writeRound(plant.watchDir, round);
    await sleep(250);
    stream = await readStream(running);
  }
  expect(stream.coalesced + stream.cutOff).toBeGreaterThan(deafScreens);
  const last = Date.now();
  writeImage(plant.watchDir, `S0/OR-3CT/${imageName('NG', last, 999)}`);
  await waitUntil('the reader sees the newest', () => reader.text().includes(imageName('NG', last, 999)));
  expect(running.memory().now - before).toBeLessThan(deafScreens * 2 * megabyte + 100 * megabyte);
  for (const screen of [...deaf, reader]) screen.close();
});
