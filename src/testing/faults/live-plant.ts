import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectSocket, type SocketClient } from '../socket-client.ts';
import type { FaultPlant, PlantProcess } from './plant-process.ts';

/** A message of the socket of contract S5, as far as these tests read it. */
export type LiveMessage = {
  type: string;
  data: Record<string, unknown> & { filename?: string; url?: string; type?: string; deleted?: boolean };
};

/** Where the live images of a plant lie that is started with `liveEnv`. */
export function liveFolder({ folder }: FaultPlant, channel = ''): string {
  return join(folder, 'live', channel);
}

/** Settings of a plant whose live images lie in a folder of their own; the folder is made. */
export function liveEnv(plant: FaultPlant): Record<string, string> {
  for (const role of ['original', 'labeled']) mkdirSync(liveFolder(plant, role), { recursive: true });
  return { IMAGE_BASE_PATH: liveFolder(plant), MIN_FILE_AGE_SEC: '1' };
}

/** Puts a whole file in its place, as a careful camera does. */
export function placeFile(folder: string, name: string, bytes: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.next.tmp'), bytes);
  renameSync(join(folder, '.next.tmp'), join(folder, name));
}

/** Names that are shown to anybody; hidden ones are still on their way. */
export function shownNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** A client of contract S5 and the messages it has received, in order. */
export async function openLiveSocket(
  running: PlantProcess,
  path = '/',
): Promise<SocketClient & { received(): LiveMessage[] }> {
  const client = connectSocket(running.origin.replace('http', 'ws') + path);
  await client.opened;
  const received = () => client.messages.map((text) => JSON.parse(text) as LiveMessage);
  return { ...client, received };
}
