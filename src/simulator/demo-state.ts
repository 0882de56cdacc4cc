import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlantOptions } from './plant.ts';

/** The state of a demo folder from which its plan can be rebuilt at any time. */
const stateSchema = z.object({
  version: z.literal(1),
  seed: z.string(),
  timeZone: z.string(),
  startAt: z.number(),
  anchors: z.array(z.number()),
  paces: z.array(z.object({ fromAt: z.number(), stride: z.number().positive() })),
  firstSequences: z.record(z.string(), z.number()),
  /** Up to when images were announced before the first of them was written. */
  announcedUntil: z.number().optional(),
});

export type DemoState = z.infer<typeof stateSchema>;

const fileName = 'plan.json';

/** Reads the state of a demo folder; undefined when it is missing or unreadable. */
export async function findDemoState(folder: string): Promise<DemoState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Saves the state; a crash leaves the old one or the new one. */
export async function saveDemoState(folder: string, state: DemoState): Promise<void> {
  const temporary = join(folder, `.${fileName}`);
  await writeFile(temporary, `${JSON.stringify(state, null, 2)}\n`);
  await rename(temporary, join(folder, fileName));
}

/** The plan's options from the state; the plant has no end. */
export function toPlantOptions({ version: _, announcedUntil: _until, ...options }: DemoState): PlantOptions {
  return { ...options, endAt: Number.POSITIVE_INFINITY };
}
