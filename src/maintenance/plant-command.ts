import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRecordAudit } from '../access/record-audit.ts';
import { AppError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Config } from '../kernel/settings/config.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { openSites } from '../plant/open-sites.ts';
import type { PlantChange } from '../plant/plant-file/plan-draft.ts';
import { createPlantFiles, type PlantFiles } from '../plant/plant-file/plant-file.ts';
import {
  maxPlantFileBytes,
  type PlantFileFault,
  parsePlantFile,
} from '../plant/plant-file/plant-file-schema.ts';
import type { Db } from '../schema/db.ts';

/** Who the audit log says it was. */
const actor = '(npm run db)';
/** Lines printed of each kind. */
const maxPrinted = 500;

/** The plant of an open database. */
export type OpenPlant = { files: PlantFiles; db: Db; people: Config['personData'] };

export async function openPlant(db: Db, config: Config, log: Log): Promise<OpenPlant> {
  const sites = await openSites({ config, clock: systemClock, log }, db);
  return { files: createPlantFiles(db, systemClock, sites.own), db, people: config.personData };
}

/** Prints the plant, or writes it into a file. */
export async function writePlant({ files, people }: OpenPlant, path: string | undefined): Promise<void> {
  const text = `${JSON.stringify(await files.export(people), undefined, 2)}\n`;
  if (path === undefined) {
    process.stdout.write(text);
    return;
  }
  writeFileSync(resolve(path), text);
  console.log(`The plant was written to ${resolve(path)}.`);
}

/**
 * Prints what a file would change and, where that is meant, changes it.
 *
 * @throws AppError 'invalid' with every fault and its place; nothing was changed then.
 */
export async function importPlant(
  { files, db }: OpenPlant,
  path: string,
  { isReplacing, isMeant }: { isReplacing: boolean; isMeant: boolean },
): Promise<void> {
  const read = parsePlantFile(readSmallFile(resolve(path)));
  if ('faults' in read) throw refusal(read.faults);
  const { file } = read;
  const audit = createRecordAudit(db, systemClock);
  const plan = isMeant
    ? await files.apply(file, {
        isReplacing,
        by: actor,
        record: (q, { changes }) =>
          audit(
            q,
            { actor, address: '' },
            { action: 'plant.import', target: path, after: { changes: changes.length } },
          ),
      })
    : await files.preview(file, { isReplacing });
  if (plan.faults.length > 0) throw refusal(plan.faults);
  const { changes } = plan;
  if (changes.length === 0) {
    console.log('The plant is as the file says: nothing changes.');
    return;
  }
  for (const change of changes.slice(0, maxPrinted)) console.log(changeText(change));
  if (changes.length > maxPrinted) console.log(`… and ${changes.length - maxPrinted} more`);
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  console.log(isMeant ? `\n${count} made.` : `\n${count}. Nothing is changed yet: add --yes to do so.`);
}

function readSmallFile(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new AppError('not_found', `There is no file ${path}.`);
  if (size > maxPlantFileBytes)
    throw new AppError(
      'too_large',
      `${path} has ${Math.ceil(size / 1e6)} MB; a plant file has at most ${Math.floor(maxPlantFileBytes / 1e6)} MB.`,
    );
  return readFileSync(path, 'utf8');
}

function refusal(faults: readonly PlantFileFault[]): AppError {
  const lines = faults.map(({ path, reason }) => `  ${path === '' ? 'The file' : path} ${reason}`);
  return new AppError('invalid', `Nothing was changed. What is wrong:\n${lines.join('\n')}`);
}

/** Such as `~ stations S9: line – → Line 2`. */
function changeText({ section, action, name, field, before, after }: PlantChange): string {
  const sign = { add: '+', change: '~', remove: '-' }[action];
  const values = before === null && after === null ? '' : ` ${before || '–'} → ${after || '–'}`;
  return `${sign} ${section} ${JSON.stringify(name)}${field === null ? '' : `: ${field}${values}`}`;
}
