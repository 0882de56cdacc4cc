import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { folderOf, isProduct, type Source } from './source.ts';

/** Features that are built in rooms; small features are one flat folder. */
const roomedFeatures: readonly string[] = ['inspections', 'live'];

/**
 * From the top down; the same words in every feature. A room imports its own step and the steps below it. Rooms that are
 * not named here are the feature's own ideas.
 */
const steps = [
  'mount',
  'pages, viewer, images',
  'api',
  'deps',
  'reads',
  'own ideas',
  'queries, watching, receiving, retention',
  'recording',
  'names',
  'model',
] as const;
const ownIdeas = steps.indexOf('own ideas');

/**
 * Files and rooms that stand on another step than their name says. Live draws an image while it records it, so its
 * images are one of its own ideas, and its parts, which `open-live.ts` puts together, are what reads are elsewhere.
 */
const placed: Record<string, (typeof steps)[number]> = {
  'src/live/images': 'own ideas',
  'src/live/live.ts': 'reads',
  'src/live/live-file-name.ts': 'names',
  'src/live/camera-links.ts': 'model',
};

/** Imports within a feature that go up in the order of its rooms. */
export function findRoomFaults(source: Source): string[] {
  const feature = folderOf(source.path);
  if (!isProduct(source.path) || !roomedFeatures.includes(feature)) return [];
  const from = stepOf(source.path);
  if (from < 0) return [`${source.path} stands in no room. Move it into the room whose question it answers.`];
  return importsOf(source).flatMap(({ specifier, line }) => {
    const target = posix.join(posix.dirname(source.path), specifier);
    if (folderOf(target) !== feature) return [];
    const to = stepOf(target);
    if (to < 0 || to >= from) return [];
    return [
      `${source.path}:${line} imports ${target}: ${steps[from]} is below ${steps[to]} and may not know it. Move the shared part down, or pass it in.`,
    ];
  });
}

/** Index into `steps`; -1 for a file beside the rooms that is not one of the feature's own. */
function stepOf(path: string): number {
  const [, , room = '', ...rest] = path.split('/');
  const known = placed[path] ?? placed[posix.dirname(path)];
  if (known !== undefined) return steps.indexOf(known);
  const name = room.replace(/\.ts$/, '').replace(/^open-.*/, 'mount');
  const found = steps.findIndex((step) => step.split(', ').includes(name));
  return found < 0 && rest.length > 0 ? ownIdeas : found;
}

const maxSources = 20;
/** Folders of the product that hold too many sources to be overlooked. */
export function findFullRooms(sources: readonly Source[]): string[] {
  const products = sources.filter(({ path }) => isProduct(path));
  const rooms = Map.groupBy(products, ({ path }) => posix.dirname(path));
  return [...rooms]
    .filter(([, files]) => files.length > maxSources)
    .map(
      ([room, files]) =>
        `${room} has ${files.length} sources; ${maxSources} is the most. Give one of its ideas a room of its own.`,
    );
}
