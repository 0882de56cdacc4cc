import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { folderOf, isEdge, isProduct, type Source, toolFolders } from './source.ts';

/** From the ground up. A folder that is not named here is a feature. */
const layers = [
  'statistics',
  'kernel',
  'schema',
  'plant',
  'alerts',
  'feature',
  'app',
  'main',
  'start',
] as const;
type Layer = (typeof layers)[number];

/** Files directly in src/. Event names stand as low as tables do, because features raise them. */
const rootFiles: Record<string, Layer> = {
  'events.ts': 'schema',
  'services.ts': 'app',
  'sections.ts': 'app',
  'start-faults.ts': 'app',
  'app.ts': 'app',
  'event-bus.ts': 'app',
  'reactions.ts': 'app',
  'main.ts': 'main',
  'start.js': 'start',
  'start-check.js': 'start',
};

/** Tools that one folder of the product may use after all. */
const allowedTools: Record<string, string> = { demo: 'simulator' };

/** Imports that go up or sideways in `main → services, app → features → alerts → plant → schema → kernel → statistics`. */
export function findImportFaults(source: Source): string[] {
  if (!isProduct(source.path) && !isEdge(source.path)) return [];
  return importsOf(source).flatMap((entry) => {
    const target = posix.join(posix.dirname(source.path), entry.specifier);
    const fault = faultOf(source.path, target);
    return fault === undefined ? [] : [`${source.path}:${entry.line} imports ${target}: ${fault}`];
  });
}

function faultOf(from: string, to: string): string | undefined {
  if (isEdge(from)) return 'a client is one file. Write what it needs into it.';
  if (isEdge(to)) return 'clients run elsewhere and are only served. Move what both need into the product.';
  if (!to.startsWith('src/')) return undefined;
  const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
  if (toolFolders.includes(toFolder)) {
    if (allowedTools[fromFolder] === toFolder) return undefined;
    return `the product must run without src/${toFolder}/. Move what both need into the product.`;
  }
  const [fromLayer, toLayer] = [layerOf(from), layerOf(to)];
  if (fromLayer === undefined || toLayer === undefined) {
    return `src/ itself holds only ${Object.keys(rootFiles).join(', ')}. Move the file into the folder of its feature.`;
  }
  if (layers.indexOf(toLayer) > layers.indexOf(fromLayer)) {
    return `${fromLayer} is below ${toLayer} and may not know it. Move the shared part down, or pass it in from services.ts.`;
  }
  if (fromLayer === 'feature' && toLayer === 'feature' && fromFolder !== toFolder) {
    return 'features never import each other. Read the tables, raise an event, use a URL, or move the shared part to plant or kernel.';
  }
  return undefined;
}

function layerOf(path: string): Layer | undefined {
  const folder = folderOf(path);
  if (folder === '') return rootFiles[posix.basename(path)];
  return layers.find((layer) => layer === folder) ?? 'feature';
}
