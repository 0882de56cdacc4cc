import type { RootStatus } from '../kernel/folder-scan/model/root-status.ts';
import type { SiteTag } from '../plant/sites.ts';
import type { JudgedStation } from '../plant/station-state.ts';
import type { TrendBucket, Verdict, VerdictCounts } from '../plant/yield.ts';

/** The types that reads, views and API of inspections share. Instants are epoch ms UTC. */

/** One inspected image. */
export type InspectionRef = {
  id: number;
  /** Incremented when the file's content or name changes; part of every image URL, so that it can be cached forever. */
  revision: number;
  /** Short name of the site. */
  site: string;
  stationId: number;
  station: string;
  part: string;
  /** The watched folder it lies in. */
  rootId: number;
  /** Path below the watched folder, with forward slashes. */
  path: string;
  name: string;
  capturedAt: number;
  /** The time in the name, where it lay too far ahead to be believed; `capturedAt` is when the file was found then. */
  namedAt: number | null;
  verdict: Verdict | null;
  /** The verdict's word in the name, where it means neither OK nor NG. */
  word: string | null;
  /** COUNT of the file name. */
  sequence: number | null;
  /** Which view of its unit the image shows, and the unit's serial number, where the pattern tells. */
  view: string | null;
  unit: string | null;
  sizeBytes: number | null;
  foundAt: number;
  /** When the file was found missing from the disk; its counts stay. */
  missingAt: number | null;
  /** When retention began to delete the file; a cleared file does not count as missing. */
  clearedAt: number | null;
  rejudgedAt: number | null;
  previousVerdict: Verdict | null;
};

/** Everything that a station card shows. */
export type StationSummary = {
  site: SiteTag | null;
  station: string;
  /** All its images are the demo plant's. */
  isDemo: boolean;
  counts: VerdictCounts;
  parts: { part: string; counts: VerdictCounts }[];
  /** Capture time of the newest image within the window. */
  latestAt: number | null;
  /** Capture time of the newest image ever. */
  lastSeenAt: number | null;
  last: InspectionRef | null;
  lastNgs: InspectionRef[];
  trend: TrendBucket[];
} & JudgedStation;

/** What is usual of one model of a station, as its tests know it; without enough history a model is not judged. */
export type UsualOfModel = {
  partId: number;
  inspections: number;
  ng: number;
  /** The hours it was counted in. */
  fromAt: number;
  toAt: number;
  isEnough: boolean;
};

/** What is wrong with the COUNTs of one station and part: values missing, repeated or misread, or a counter that was reset. */
export type SequenceGap = {
  station: string;
  part: string;
  kind: 'missing' | 'repeated' | 'reset' | 'misread';
  /** First and last COUNT value of the stretch. */
  fromSequence: number;
  toSequence: number;
  /** How many values are missing, repeated or misread; 0 for a reset. */
  count: number;
  /** Capture times of the images around it. */
  fromAt: number;
  toAt: number;
};

/** The status of a watched folder. */
export type SourceStatus = RootStatus;

/** An image that could not be read; `reason` is the key of a text under `imageFault`. */
export type BadImage = { inspection: InspectionRef; reason: string; failedAt: number; attempts: number };
