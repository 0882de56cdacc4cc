import type { Untold } from '../inspections/layouts/propose-naming.ts';
import type { Verdict } from '../plant/yield.ts';

/** One file of a made-up tree with what its path says; fields that the layout does not tell are absent. */
export type LayoutFile = {
  path: string;
  verdict: Verdict | null;
  /** Epoch ms, whole seconds. */
  at: number;
  count?: number;
  station?: string;
  unit?: string;
};

/** A tree of images in a layout of its own. */
export type LayoutTree = { name: string; files: LayoutFile[]; lacks?: Untold[] };

/** What the image is of, for the writer of its path. */
type Shot = {
  i: number;
  isNg: boolean;
  at: number;
  station: string;
  part: string;
  count: number;
  /** YYYYMMDD, HHMMSS by the clock of Asia/Seoul. */
  date: string;
  time: string;
  ms: string;
};

const stations = ['S3', 'S9', 'Oven-2'];
const parts = ['OR-3CT', 'HX_20'];
const startAt = Date.parse('2026-11-28T21:40:00+09:00');
const seoulMs = 9 * 3_600_000;

/** 240 shots of three stations over three days, NG every seventh, in steps that are no round number. */
function shots(): Shot[] {
  return Array.from({ length: 240 }, (_, i) => {
    const at = startAt + i * 1_009_000;
    const digits = new Date(at + seoulMs).toISOString().replace(/\D/g, '');
    return {
      i,
      isNg: i % 7 === 3,
      at,
      station: stations[i % 3]!,
      part: parts[i % 2]!,
      count: 4_000 + i,
      date: digits.slice(0, 8),
      time: digits.slice(8, 14),
      ms: String((i * 373) % 1000).padStart(3, '0'),
    };
  });
}

type Told = Partial<Pick<LayoutFile, 'count' | 'station' | 'unit' | 'verdict'>>;

/** A tree from the path of each shot and what that path tells besides verdict and time. */
function makeTree(
  name: string,
  write: (shot: Shot) => { path: string } & Told,
  lacks: Untold[] = [],
): LayoutTree {
  const files = shots().map(
    (shot): LayoutFile => ({
      verdict: shot.isNg ? 'NG' : 'OK',
      at: shot.at,
      ...write(shot),
    }),
  );
  return { name, files, lacks };
}

const dashed = (digits: string, separator = '-') =>
  digits.length === 8
    ? [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].join(separator)
    : [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].join(separator);
const word = ({ isNg }: Shot, ok: string, ng: string) => (isNg ? ng : ok);
const padded = (value: number, length: number) => String(value).padStart(length, '0');

/** Layouts of other systems than ours; none is among the presets word for word but the first. */
export const layoutTrees: readonly LayoutTree[] = [
  makeTree('the layout of ImgStats', (s) => ({
    path: `${s.station}/${s.part}/${word(s, 'OK', 'NG')}-${s.date}-${s.time}-${s.count}.jpg`,
    count: s.count,
  })),
  makeTree('a folder a day first, and the time alone in the name', (s) => ({
    path: `${dashed(s.date)}/${s.station}/${s.part}/${s.time}_${padded(s.count, 6)}_${word(s, 'OK', 'NG')}.png`,
    count: s.count,
    station: s.station,
  })),
  makeTree('folders of year, month and day', (s) => ({
    path: `${dashed(s.date, '/')}/${s.station}/${word(s, 'PASS', 'FAIL')}_${dashed(s.time)}_${s.count}.jpg`,
    count: s.count,
    station: s.station,
  })),
  makeTree('folders of verdicts with German words', (s) => ({
    path: `${s.station}/${word(s, 'iO', 'niO')}/${s.part}_${s.date}${s.time}${s.ms}.jpg`,
    station: s.station,
  })),
  makeTree('folders of verdicts in Korean', (s) => ({
    path: `${word(s, '양품', '불량')}/${s.station}/${dashed(s.date, '.')} ${dashed(s.time, '.')}_${s.count}.jpg`,
    count: s.count,
    station: s.station,
  })),
  makeTree('dates of two digits a year, verdict last, camera in the name', (s) => ({
    path: `${s.date.slice(2)}/${s.time}_${padded(s.count, 7)}_CAM${(s.i % 3) + 1}_${word(s, 'OK', 'NG')}.jpg`,
    count: s.count,
    station: `CAM${(s.i % 3) + 1}`,
  })),
  makeTree('names of an Omron FQ2', (s) => ({
    path: `FQ2/LOGIMAGE/00000/img_Scn00${s.i % 3}_${dashed(s.date, '_')}-${dashed(s.time, '_')}(${s.i % 20})_${s.count}_${word(s, 'OK', 'NG')}.jpg`,
    count: s.count,
  })),
  makeTree('names of a job on VisionPro', (s) => ({
    path: `Job1#${s.date}_${s.time}${s.ms}#${word(s, 'pass', 'fail')}#Img0.jpg`,
  })),
  makeTree('days first in the date, words of Cognex', (s) => ({
    path: `${s.station}/Image_${s.count}_${s.date.slice(6)}-${s.date.slice(4, 6)}-${s.date.slice(0, 4)}_${dashed(s.time)}_${word(s, 'Passed', 'Failed')}.jpg`,
    count: s.count,
    station: s.station,
  })),
  makeTree(
    'a folder for each serial number, two views and no time',
    (s) => ({
      path: `${s.station}/${s.part}/SN${100_000 + (s.i >> 1)}/${s.i % 2 ? 'top' : 'bottom'}_${word(s, 'OK', 'NOK')}.jpg`,
      station: s.station,
      unit: `SN${100_000 + (s.i >> 1)}`,
    }),
    ['time'],
  ),
  makeTree('models that contain dashes inside the name', (s) => ({
    path: `${s.station}/${s.part}_${s.date}_${s.time}_${s.count}_${word(s, 'GOOD', 'BAD')}.jpg`,
    count: s.count,
    station: s.station,
  })),
  makeTree('a verdict in a folder below the day', (s) => ({
    path: `${s.station}/${s.part}/${s.date}/${word(s, 'OK', 'NG')}/${s.time}_${s.count}.jpeg`,
    count: s.count,
    station: s.station,
  })),
  makeTree('no folders at all, the camera in front', (s) => ({
    path: `cam${(s.i % 3) + 1}_${s.part.replaceAll(/\W|_/g, '')}_${s.date}_${s.time}_${word(s, 'ok', 'ng')}.jpg`,
    station: `cam${(s.i % 3) + 1}`,
  })),
  makeTree('an hour in a folder of its own, no counter', (s) => ({
    path: `${s.station}/${dashed(s.date)}/${s.time.slice(0, 2)}/${word(s, 'OK', 'NG')}_${s.date}${s.time}.jpg`,
    station: s.station,
  })),
  makeTree('times of ISO 8601 with thousandths', (s) => ({
    path: `${s.station}/${dashed(s.date)}T${dashed(s.time)}.${s.ms}_${word(s, 'accept', 'reject')}.jpg`,
    station: s.station,
  })),
  makeTree('the verdict grown together with the counter', (s) => ({
    path: `${s.station}/${s.part}/${word(s, 'OK', 'NG')}${s.count}_${s.date}_${s.time}.jpg`,
    count: s.count,
  })),
  makeTree('the counter first', (s) => ({
    path: `${s.station}/${padded(s.count, 7)}_${word(s, 'OK', 'NG')}_${s.date}_${s.time}.jpg`,
    count: s.count,
  })),
  makeTree('stations with and without models', (s) => ({
    path: `${s.station}${s.i % 3 === 0 ? '' : `/${s.part}`}/${word(s, 'OK', 'NG')}_${s.date}_${s.time}_${s.count}.jpg`,
    count: s.count,
  })),
  makeTree('stations with and without models, below the day', (s) => ({
    path: `${s.date}/${s.station}${s.i % 3 === 0 ? '' : `/${s.part}`}/${word(s, 'OK', 'NG')}_${s.time}_${s.count}.jpg`,
    count: s.count,
    station: s.station,
  })),
  makeTree('good parts alone', (s) => ({
    path: `${s.station}/OK/${s.date}_${s.time}.jpg`,
    verdict: 'OK',
    station: s.station,
  })),
  makeTree(
    'a third word that nobody told us',
    (s) => ({
      path: `${s.station}/${s.i % 5 === 0 ? 'REWORK' : word(s, 'OK', 'NG')}/${s.date}_${s.time}.jpg`,
      verdict: s.i % 5 === 0 ? null : s.isNg ? 'NG' : 'OK',
      station: s.station,
    }),
    ['words'],
  ),
  makeTree('a folder of images around it all', (s) => ({
    path: `images/${s.station}/${s.part}/${word(s, 'NG_images', 'NG_images').replace('NG', word(s, 'OK', 'NG'))}/${s.date}-${s.time}-${s.ms}.jpg`,
    station: s.station,
  })),
  makeTree('days first with dots, German words', (s) => ({
    path: `${s.station}/${s.date.slice(6)}.${s.date.slice(4, 6)}.${s.date.slice(0, 4)}/${s.time}_${word(s, 'IO', 'NIO')}_${s.count}.png`,
    count: s.count,
    station: s.station,
  })),
  makeTree(
    'seconds since 1970',
    (s) => ({
      path: `${s.station}/${s.part}/${word(s, 'OK', 'NG')}_${Math.floor(s.at / 1000)}_${s.count}.jpg`,
      count: s.count,
      station: s.station,
    }),
    ['time', 'epoch'],
  ),
];
