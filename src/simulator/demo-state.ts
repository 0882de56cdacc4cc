import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlantOptions } from './plant.ts';

/** What a demo folder must remember so that its plan can be made again, whatever happened in between. */
const stateSchema = z.object({
  version: z.literal(1),
  seed: z.string(),
  timeZone: z.string(),
  startAt: z.number(),
  anchors: z.array(z.number()),
  paces: z.array(z.object({ fromAt: z.number(), stride: z.number().positive() })),
  firstSequences: z.record(z.string(), z.number()),
});

export type DemoState = z.infer<typeof stateSchema>;

const fileName = 'plan.json';

/** The state of a demo folder; undefined when there is none, or none that can be read. */
export async function findDemoState(folder: string): Promise<DemoState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Keeps the state; a crash leaves the old one or the new one. */
export async function saveDemoState(folder: string, state: DemoState): Promise<void> {
  const temporary = join(folder, `.${fileName}`);
  await writeFile(temporary, `${JSON.stringify(state, null, 2)}\n`);
  await rename(temporary, join(folder, fileName));
}

/** The plan's options as the state has them; the plant goes on without end. */
export function toPlantOptions({ version: _, ...options }: DemoState): PlantOptions {
  return { ...options, endAt: Number.POSITIVE_INFINITY };
}
