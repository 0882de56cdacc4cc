import { eq } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';

/** A machine-learning model in one version. */
export type PredictionModel = { id: number; name: string; version: string };

const maxModels = 5_000;

/** The models of a site, kept in memory. */
export type PredictionModels = {
  get(id: number): PredictionModel | undefined;
  /** In natural order of name and version. */
  list(): PredictionModel[];
  /** The id of a model, which is added where it is new. @throws AppError 'conflict' when there are too many. */
  ensure(name: string, version: string): Promise<number>;
  refresh(): Promise<void>;
};

const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export async function createPredictionModels(
  db: Db,
  clock: Clock,
  siteId: number,
): Promise<PredictionModels> {
  const { predictionModels: table } = db.tables;
  const select = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select({ id: table.id, name: table.name, version: table.version })
      .from(table)
      .where(eq(table.siteId, siteId))
      .limit(value.limit),
  );
  let byId = new Map<number, PredictionModel>();
  let byName = new Map<string, number>();
  const keyOf = (name: string, version: string) => JSON.stringify([name, version]);
  const refresh = async () => {
    const rows = await select({ limit: maxModels });
    byId = new Map(rows.map((row) => [row.id, row]));
    byName = new Map(rows.map((row) => [keyOf(row.name, row.version), row.id]));
  };
  await refresh();
  return {
    get: (id) => byId.get(id),
    list: () =>
      [...byId.values()].sort(
        (a, b) => inOrder.compare(a.name, b.name) || inOrder.compare(a.version, b.version),
      ),
    ensure: async (name, version) => {
      const known = byName.get(keyOf(name, version));
      if (known !== undefined) return known;
      if (byId.size >= maxModels)
        throw new AppError('conflict', `There are ${maxModels} model versions already.`);
      await db.tx((q) =>
        insertMissing(db.dialect, q, table, [{ siteId, name, version, createdAt: clock.now() }]),
      );
      await refresh();
      const added = byName.get(keyOf(name, version));
      if (added === undefined) throw new Error(`No row for the model ${keyOf(name, version)} just written`);
      return added;
    },
    refresh,
  };
}
