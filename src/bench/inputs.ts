import { readdirSync } from 'node:fs';
import type { Sizes } from './bench.ts';
import { type ColdSweep, measureColdSweep } from './cold-sweep.ts';
import { makeFlatTree, spreadTree } from './file-trees.ts';
import { fillHistory } from './history.ts';
import { type ProductPlaces, startProduct } from './product.ts';
import type { Workspace } from './workspace.ts';

/** Inputs that several groups share; each is made when it is first asked for. */
export type Inputs = {
  /** A watched folder whose images all lie in `folder`. */
  flatTree(): Promise<{ watchDir: string; folder: string }>;
  /** As many images in many folders. */
  spreadTree(): Promise<{ watchDir: string }>;
  /** The flat tree after its first sweep, with the figures of that sweep; not running. */
  knownFlat(): Promise<{ places: ProductPlaces; cold: ColdSweep }>;
  /** The spread tree after its first sweep; not running. */
  knownSpread(): Promise<ProductPlaces>;
  /** A plant with a long history and one with the same last week and a hundredth of a percent of the rest. */
  history(size: 'long' | 'short'): Promise<ProductPlaces>;
};

export function createInputs(workspace: Workspace, sizes: Sizes, say: (text: string) => void): Inputs {
  const flatTree = once(async () => {
    say(`Making ${sizes.files} files in one folder …`);
    const watchDir = workspace.folder('flat');
    return { watchDir, folder: await makeFlatTree(watchDir, sizes.files) };
  });
  const spread = once(async () => {
    const { folder } = await flatTree();
    say(`Making ${sizes.files} files in ${sizes.folders} folders …`);
    const watchDir = workspace.folder('spread');
    await spreadTree(folder, readdirSync(folder), watchDir, sizes.folders);
    return { watchDir };
  });
  const knownFlat = once(async () => {
    const { watchDir } = await flatTree();
    say('Sweeping the one folder for the first time …');
    const places = { watchDir, stateDir: workspace.folder('state') };
    return { places, cold: await measureColdSweep(workspace, places, sizes.files) };
  });
  const knownSpread = once(async () => {
    const { watchDir } = await spread();
    say('Sweeping the many folders for the first time …');
    const places = { watchDir, stateDir: workspace.folder('state') };
    const product = await startProduct(workspace, places);
    await product.settled(sizes.files);
    await product.stop();
    return places;
  });
  const makeHistory = (inspections: number) =>
    once(async () => {
      say(`Writing a history of ${inspections} inspections …`);
      const places = { watchDir: workspace.folder('history'), stateDir: workspace.folder('state') };
      await fillHistory(places, inspections);
      return places;
    });
  const histories = { long: makeHistory(sizes.inspections), short: makeHistory(sizes.inspections / 1000) };
  return { flatTree, spreadTree: spread, knownFlat, knownSpread, history: (size) => histories[size]() };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
