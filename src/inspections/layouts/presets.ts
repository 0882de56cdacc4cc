import type { NamingSettings } from '../names/parse-file-name.ts';

/** Layouts that plants commonly have, by the key of their name. */
export const presetKeys = [
  's1',
  'dateFolders',
  'verdictFolders',
  'verdictDateFolders',
  'cognex',
  'keyence',
  'omron',
  'serialFolders',
] as const;
export type PresetKey = (typeof presetKeys)[number];

/** `example` is a path below the watched folder that it reads. */
export type Preset = { key: PresetKey; naming: NamingSettings; example: string };

const image = String.raw`\.(?:jpe?g|png)$`;
const date = String.raw`(?<date>20\d{2}[-_.]?\d{2}[-_.]?\d{2})`;
const time = String.raw`(?<time>\d{2}[-_.:]?\d{2}[-_.:]?\d{2}(?:[.,]\d{3})?)`;

/**
 * The layouts, the most particular last. Omron: names of the FQ2 as its manual has them (prefix, scene, date-time, number in
 * the memory, measurements since the start, judgement). Cognex: the result of the job as PASS, WARN or FAIL between the
 * job's name with a time stamp and the number of the image source, and folders Pass and Fail, as jobs are commonly set up;
 * In-Sight writes whatever name its job composes. Keyence: a folder a day and a camera, the time, the trigger's number and
 * the judgement, in the order in which CV-X and XG-X controllers are commonly set up.
 */
export const presets: readonly Preset[] = [
  { key: 's1', naming: {}, example: 'S9/OR-3CT/OK-20250906-102131-132.jpg' },
  {
    key: 'dateFolders',
    naming: {
      path: String.raw`^${date}/(?<station>[^/]+)/(?:(?<part>[^/]+)/)?(?<pass>OK|NG|NOK|PASS|FAIL)[-_]${time}(?:[-_](?<count>\d+))?${image}`,
      verdictWords: 'NOK=NG',
    },
    example: '2025-09-06/S9/OR-3CT/OK_102131_132.jpg',
  },
  {
    key: 'verdictFolders',
    naming: {
      path: String.raw`^(?<station>[^/]+)/(?:(?<part>[^/]+)/)?(?<pass>OK|NG|NOK|PASS|FAIL|GOOD|BAD|IO|NIO)/(?:[A-Za-z]+[-_]?)?${date}[-_T]?${time}(?:[-_](?<count>\d+))?${image}`,
      verdictWords: 'NOK=NG, IO=OK, NIO=NG',
    },
    example: 'S9/OR-3CT/NG/20250906_102131_132.jpg',
  },
  {
    key: 'verdictDateFolders',
    naming: {
      path: String.raw`^(?<station>[^/]+)/(?:(?<part>[^/]+)/)?${date}/(?<pass>OK|NG|NOK|PASS|FAIL|GOOD|BAD|IO|NIO)/(?:[A-Za-z]+[-_]?)?${time}(?:[-_](?<count>\d+))?${image}`,
      verdictWords: 'NOK=NG, IO=OK, NIO=NG',
    },
    example: 'S9/OR-3CT/20250906/OK/102131_132.jpg',
  },
  {
    key: 'cognex',
    naming: {
      path: String.raw`^(?:(?<station>[^/]+)/)?(?<part>[^/#]+)#(?<date>\d{8})_(?<time>\d{6,9})#(?<pass>PASS|WARN|FAIL)#(?<view>[^/.]+)${image}`,
      verdictWords: 'WARN=undecided',
    },
    example: 'S9/Housing#20250906_102131250#pass#Img0.jpg',
  },
  {
    key: 'keyence',
    naming: {
      path: String.raw`^(?:[^/]+/)?(?<date>\d{6}|\d{8})/(?<station>CAM\d+)/(?<time>\d{6})_(?<count>\d+)_(?<pass>OK|NG)${image}`,
    },
    example: '20250906/CAM1/102131_0000132_NG.jpg',
  },
  {
    key: 'omron',
    naming: {
      path: String.raw`^(?:(?<station>[^/]+)/(?:LOGIMAGE/)?(?:[^/]+/)?)?[^/]*?_?(?<part>Scn\d+)_(?<date>\d{4}_\d{2}_\d{2})-(?<time>\d{2}_\d{2}_\d{2})\(\d+\)_(?<count>\d+)_(?<pass>OK|NG)${image}`,
    },
    example: 'FQ2-1/LOGIMAGE/00000/img_Scn001_2025_09_06-10_21_31(1)_132_OK.jpg',
  },
  {
    key: 'serialFolders',
    naming: {
      path: String.raw`^(?<station>[^/]+)/(?:(?<part>[^/]+)/)?(?<unit>[A-Za-z]{0,6}[-_]?\d{4,})/(?<view>[A-Za-z]+\d*)_(?<pass>OK|NG|NOK|PASS|FAIL)${image}`,
      verdictWords: 'NOK=NG',
    },
    example: 'S9/OR-3CT/SN00012345/top_OK.jpg',
  },
];
