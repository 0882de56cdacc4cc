import { eq } from 'drizzle-orm';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';
import type { Recorded } from './record-inspections.ts';
import { applyToRollUps } from './roll-ups.ts';

/** Gives a person's verdict to an image whose name tells neither OK nor NG; a later one corrects it. */
export type JudgeImage = (id: number, verdict: Verdict) => Promise<Recorded>;

/** @throws AppError 'not_found' for an unknown image, 'conflict' for one that its name judges. */
export function createJudgeImage({ db, clock }: { db: Db; clock: Clock }): JudgeImage {
  const { inspections } = db.tables;
  return (id, verdict) =>
    db.tx(async (q) => {
      const [row] = await q.select().from(inspections).where(eq(inspections.id, id));
      if (!row) throw new AppError('not_found', `There is no image with the number ${id}.`);
      if (row.word === null) {
        throw new AppError(
          'conflict',
          'The name of this image tells its verdict. Rename the file to judge it again; only undecided images are judged here.',
        );
      }
      const now = { ...row, verdict };
      await q
        .update(inspections)
        .set({ verdict, previousVerdict: row.verdict, rejudgedAt: clock.now() })
        .where(eq(inspections.id, id));
      await applyToRollUps(db, q, [{ before: row, after: now }]);
      const { stationId, capturedAt } = row;
      return {
        added: 0,
        rejudged: 1,
        reread: 0,
        missing: 0,
        stationIds: [stationId],
        oldestAt: capturedAt,
        newestAt: capturedAt,
      };
    });
}
