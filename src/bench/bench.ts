import type { Inputs } from './inputs.ts';
import type { Row } from './row.ts';
import type { Workspace } from './workspace.ts';

/** How large the inputs are; budgets are stated for the full size. */
export type Sizes = { files: number; folders: number; inspections: number };

/** What every group of measurements works with. */
export type Bench = {
  workspace: Workspace;
  inputs: Inputs;
  sizes: Sizes;
  /** Reports progress to the person waiting. */
  say(text: string): void;
};

/** Measurements that belong together and can be run alone by their name. */
export type Group = { name: string; about: string; run(bench: Bench): Promise<Row[]> };
