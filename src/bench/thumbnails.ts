import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cardSpec, stripSpec, type ThumbnailSpec } from '../kernel/images/thumbnails/thumbnail.ts';
import type { Bench, Group } from './bench.ts';
import { writePhotographs } from './images.ts';
import { type Product, startProduct } from './product.ts';
import { isInstalled } from './references.ts';
import { compare, type Row, withoutReference } from './row.ts';

/** Rounds with images of their own, because a thumbnail is made once. */
const rounds = 2;
const imagesARound = 32;
const oldMs = 3 * 3_600_000;
/** As many as a browser asks for at once. */
const requestsAtOnce = 6;
/** The newest are made before anybody asks. */
const madeAhead = 8;
const tool = 'vipsthumbnail';

const kinds = [
  { file: 'strip.webp', spec: stripSpec },
  { file: 'card.webp', spec: cardSpec },
] as const;

/** Thumbnails of large photographs through the product's own URLs. */
export const thumbnails: Group = {
  name: 'thumbnails',
  about: 'thumbnails of 5 MP JPEGs against vipsthumbnail on all cores',
  run: async (bench) => {
    bench.say('Drawing photographs …');
    const places = {
      watchDir: bench.workspace.folder('photographs'),
      stateDir: bench.workspace.folder('state'),
    };
    const paths = await writePhotographs(places.watchDir, rounds * imagesARound + madeAhead, oldMs);
    const product = await startProduct(bench.workspace, places);
    await product.settled(paths.length);
    const ids = await oldestIds(product);
    const rows: Row[] = [];
    for (const { file, spec } of kinds)
      rows.push(await measureKind(bench, product, { file, spec, ids, paths }));
    await product.stop();
    return rows;
  },
};

type Kind = { file: string; spec: ThumbnailSpec; ids: readonly number[]; paths: readonly string[] };

/** Rounds of ours and of the reference by turns, the best of each. */
async function measureKind(bench: Bench, product: Product, { file, spec, ids, paths }: Kind): Promise<Row> {
  const hasTool = isInstalled(tool);
  let ours = 0;
  let reference = 0;
  for (let round = 0; round < rounds; round++) {
    const slice = [round * imagesARound, (round + 1) * imagesARound] as const;
    ours = Math.max(ours, await rateOf(imagesARound, () => askForAll(product, file, ids.slice(...slice))));
    const out = bench.workspace.folder('thumbnails');
    if (hasTool) {
      const made = () => runTool(paths.slice(...slice), spec, out);
      reference = Math.max(reference, await rateOf(imagesARound, made));
    }
  }
  const name = `${file} of 5 MP JPEGs`;
  const measure = { value: ours, unit: '/s' } as const;
  if (!hasTool) return withoutReference(name, measure, tool);
  return compare(
    name,
    measure,
    { value: reference, unit: '/s', what: `${tool}, all cores` },
    { atLeast: 0.9 },
  );
}

async function oldestIds(product: Product): Promise<number[]> {
  const { inspections } = await product.client.json<{ inspections: { id: number }[] }>(
    '/api/v1/inspections?limit=500',
  );
  return inspections.map(({ id }) => id).reverse();
}

async function rateOf(count: number, work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (count * 1000) / (performance.now() - startedAt);
}

async function askForAll(product: Product, file: string, ids: readonly number[]): Promise<void> {
  const waiting = [...ids];
  const askInTurn = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const { status } = await product.client.ask(`/images/${id}/0/${file}`);
      if (status !== 200) throw new Error(`The thumbnail of ${id} answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, askInTurn));
}

/** One process a core with its share of the images, the same size, format, quality and effort as ours. */
async function runTool(paths: readonly string[], spec: ThumbnailSpec, out: string): Promise<void> {
  const cores = availableParallelism();
  const shares = Array.from({ length: cores }, (_, core) => paths.filter((_path, i) => i % cores === core));
  const target = `${join(out, '%s.webp')}[Q=${spec.quality},effort=2,strip]`;
  await Promise.all(
    shares.map(
      (share) =>
        new Promise<void>((resolve, reject) => {
          const child = spawn(tool, ['--size', `${spec.width}x${spec.height}>`, '-o', target, ...share], {
            stdio: ['ignore', 'ignore', 'inherit'],
            env: { ...process.env, VIPS_CONCURRENCY: '1' },
          });
          child.once('error', reject);
          child.once('exit', (code) =>
            code === 0 ? resolve() : reject(new Error(`${tool} ended with code ${code}`)),
          );
        }),
    ),
  );
}
