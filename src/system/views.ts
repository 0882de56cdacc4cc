/**
 * Data of the System page.
 *
 * Templates and their data:
 *   system/page      SystemPage
 *   system/_figures  SystemView     (GET /system/figures, container #system-figures)
 *   system/_window   SystemView     part #system-window
 *   system/_figure   FigureView     part #figure-<key>
 */
import { sparkline } from '../kernel/charts/sparkline.ts';
import type { Listener } from '../kernel/http/server/listeners.ts';
import type { TlsStatus } from '../kernel/http/server/tls.ts';
import type { PageFragments } from '../kernel/stream/page-fragments.ts';
import { type Figure, type FigureKey, type FigureUnit, isNormal, type NormalRange } from './figures.ts';
import type { History } from './sample-history.ts';

/** Values in a chart. */
const chartPoints = 120;

export type FigureView = {
  key: FigureKey;
  unit: FigureUnit;
  value: number | null;
  normal: { kind: 'below' | 'above'; value: number } | null;
  tone: 'ok' | 'warn' | 'unknown';
  /** The worst value in the chart: the greatest, or the least of a figure that must not run out. */
  worst: { kind: 'most' | 'least'; value: number | null };
  svg: string;
};

export type SystemView = { startAt: number; endAt: number; figures: FigureView[] };

/** The open ports, and the certificate in use; null without TLS. */
export type WaysView = { listeners: readonly Listener[]; certificate: TlsStatus | null };

/** A disk that is too full, and nothing more may be deleted. */
export type FullDisk = { folders: readonly string[]; usedRate: number };

/** A disk that holds data of this process. */
export type DiskView = {
  folders: readonly string[];
  usedBytes: number;
  totalBytes: number;
  usedRate: number;
  /** At the pace of the last days. */
  forecast: { kind: 'unknown' } | { kind: 'steady' } | { kind: 'full'; days: number };
};

/** The newest backup; null where a database server has the data. */
export type LastBackup = { at: number | null; bytes: number | null; fault: string | null } | null;

export type SystemPage = {
  fullDisks: readonly FullDisk[];
  disks: readonly DiskView[];
  backup: LastBackup;
  live: PageFragments<'figures' | 'demo'>;
  ways: WaysView;
};

export function systemView(figures: readonly Figure[], history: History<FigureKey>, now: number): SystemView {
  return {
    startAt: history.startAt ?? now,
    endAt: history.latest?.at ?? now,
    figures: figures.map(({ key, unit, normal }) => {
      const value = history.latest?.values[key] ?? null;
      const worse = normal && 'above' in normal ? 'below' : 'above';
      const course = history.course(key, chartPoints, worse);
      const known = course.filter((point) => point !== null);
      const greatest = known.length > 0 ? Math.max(...known) : null;
      const least = known.length > 0 ? Math.min(...known) : null;
      return {
        key,
        unit,
        value,
        normal: describeNormal(normal),
        worst: worse === 'below' ? { kind: 'least', value: least } : { kind: 'most', value: greatest },
        tone: value === null ? 'unknown' : isNormal(value, normal) ? 'ok' : 'warn',
        svg: sparkline({ values: course, width: 240, height: 40, min: 0, max: Math.max(greatest ?? 0, 1) }),
      };
    }),
  };
}

function describeNormal(normal: NormalRange): FigureView['normal'] {
  if (normal === null) return null;
  return 'below' in normal ? { kind: 'below', value: normal.below } : { kind: 'above', value: normal.above };
}
