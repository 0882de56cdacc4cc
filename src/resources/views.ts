/**
 * Rows → what the pages of a plant's lines, models and workers print.
 *
 * Templates and their data:
 *   resources/lines     LinesPage      GET /plant/lines
 *   resources/workers   WorkersPage    GET /plant/workers
 *   resources/models    ModelsPage     GET /plant/models
 *   resources/file      FilePage       GET /plant/file
 *   resources/preview   PreviewPage    POST /plant/file
 */

import type { PeopleInFile } from '../plant/plant-file/export-plant.ts';
import type { PlantChange } from '../plant/plant-file/plan-draft.ts';
import type { PlantFileFault } from '../plant/plant-file/plant-file-schema.ts';
import type { LineFault } from '../plant/resources/lines.ts';
import type { RefusedRow } from './csv-tables.ts';

/** What a form did; the key of a text. */
export const done = ['add', 'rename', 'remove', 'set', 'import'] as const;
export type Done = (typeof done)[number];

/** A form that was refused: what was typed, and which row it was of (0 adds one). */
export type Refused<Fault, Typed> = { fault: Fault; rowId: number; typed: Typed };

export type LinesPage = {
  here: string;
  lines: { id: number; name: string; stations: string[]; shiftsHref: string; hasShifts: boolean }[];
  refused: Refused<LineFault, { name: string }> | null;
  done: Done | null;
  mayChange: boolean;
};

export type WorkerFault = 'badCode' | 'badName' | 'taken' | 'gone' | 'tooMany';

export type WorkersPage = {
  here: string;
  /** What of them is shown. */
  people: PeopleInFile;
  workers: { id: number; code: string; name: string; href: string }[];
  total: number;
  /** What the list is searched for. */
  search: string;
  refused: Refused<WorkerFault, { code: string; name: string }> | null;
  done: Done | null;
  mayChange: boolean;
};

export type ModelFault = 'badModel' | 'badStation' | 'badSeconds' | 'badName' | 'known';

export type ModelsPage = {
  here: string;
  /** Times in force, the most particular ones below the others. */
  cycles: {
    model: string | null;
    station: string | null;
    partId: number;
    stationId: number;
    seconds: number;
    setBy: string;
    fromAt: number;
  }[];
  models: { id: number; name: string; seconds: number | null }[];
  total: number;
  stations: { id: number; name: string }[];
  refused: Refused<ModelFault, { model: string; station: string; seconds: string }> | null;
  done: Done | null;
  mayChange: boolean;
};

export type FilePage = {
  here: string;
  people: PeopleInFile;
  fault: string | null;
  done: Done | null;
  count: number;
  mayChange: boolean;
};

export type PreviewPage = {
  here: string;
  changes: PlantChange[];
  moreCount: number;
  total: number;
  /** Rows of a table that are left out. */
  refused: RefusedRow[];
  faults: PlantFileFault[];
  isReplacing: boolean;
  /** The file as it will be applied; null where it cannot be. */
  json: string | null;
};
