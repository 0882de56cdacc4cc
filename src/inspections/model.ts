import type { RootStatus } from '../kernel/folder-scan/model/root-status.ts';
import type { SiteTag } from '../plant/sites.ts';
import type { TrendBucket, Verdict, VerdictCounts } from '../plant/yield.ts';

/** The words of the inspections feature, shared by its reads, its views and its API. Instants are epoch ms UTC. */

/** One inspected image as pages and APIs refer to it. */
export type InspectionRef = {
  id: number;
  /** Rises when the file's content or name changed: part of every image URL, so that those may be cached for ever. */
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
  verdict: Verdict | null;
  /** COUNT of the file name. */
  sequence: number | null;
  sizeBytes: number | null;
  foundAt: number;
  /** Since when the file is gone from the disk; its counts stay. */
  missingAt: number | null;
  /** Since when retention deletes or has deleted the file: then it is not missing. */
  clearedAt: number | null;
  rejudgedAt: number | null;
  previousVerdict: Verdict | null;
};

/** Everything one station card shows. */
export type StationSummary = {
  site: SiteTag | null;
  station: string;
  counts: VerdictCounts;
  parts: { part: string; counts: VerdictCounts }[];
  /** Capture time of the newest image within the window. */
  latestAt: number | null;
  /** Capture time of the newest image ever. */
  lastSeenAt: number | null;
  /** Usual time between two images, learnt from recent hours in which the station ran; null while unknown. */
  usualIntervalMs: number | null;
  last: InspectionRef | null;
  lastNgs: InspectionRef[];
  trend: TrendBucket[];
  /** Start of a run of NG far above the station's usual share, when one is on now. */
  ngBurstSince: number | null;
  /** Lower end (0..1) of its usual yield where the last hour lies below it. */
  belowUsual: number | null;
};

/** A missing or repeated stretch of COUNT values of one station and part. */
export type SequenceGap = {
  station: string;
  part: string;
  kind: 'missing' | 'repeated' | 'reset';
  /** First and last COUNT value concerned. */
  fromSequence: number;
  toSequence: number;
  /** How many values are missing or repeated. */
  count: number;
  /** Capture times of the images around it. */
  fromAt: number;
  toAt: number;
};

/** How one watched folder is doing. */
export type SourceStatus = RootStatus;

/** An image that could not be read, and why: `reason` names a text of `imageFault`. */
export type BadImage = { inspection: InspectionRef; reason: string; failedAt: number; attempts: number };
