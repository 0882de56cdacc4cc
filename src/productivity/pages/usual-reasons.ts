import type { StopLoss, StopReasons } from '../stops/stop-reasons.ts';

/** Groups of reasons that most plants have; the texts are `productivity.usual.<key>`. */
const usual: readonly { group: string; loss: StopLoss; reasons: readonly string[] }[] = [
  { group: 'machine', loss: 'breakdown', reasons: ['jam', 'mechanical', 'electrical', 'sensor'] },
  { group: 'material', loss: 'breakdown', reasons: ['noMaterial', 'wrongMaterial', 'blocked'] },
  { group: 'setup', loss: 'setup', reasons: ['changeOver', 'adjustment', 'tool'] },
  { group: 'people', loss: 'breakdown', reasons: ['noOperator', 'quality'] },
  { group: 'planned', loss: 'planned', reasons: ['meeting', 'maintenance', 'cleaning', 'trial'] },
];

/** Adds the usual reasons in the language of whoever asks for them; a plant then changes them as it likes. */
export async function usualReasons(
  reasons: StopReasons,
  siteId: number,
  text: (key: string) => string,
): Promise<void> {
  const nameOf = (key: string) => text(`productivity.usual.${key}`);
  for (const { group, loss, reasons: below } of usual) {
    const name = nameOf(group);
    await reasons.add(siteId, { parentId: 0, name, loss });
    const parentId = (await reasons.list(siteId)).findLast(
      (one) => one.parentId === 0 && one.name === name,
    )?.id;
    for (const key of below) await reasons.add(siteId, { parentId: parentId ?? 0, name: nameOf(key), loss });
  }
}
