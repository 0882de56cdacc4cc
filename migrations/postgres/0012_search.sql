-- By code point, whatever the locale of the database: only so is the beginning of a name a range of its index.
ALTER TABLE "live_coils" ALTER COLUMN "coil" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "inspections" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
CREATE INDEX "inspections_count" ON "inspections" USING btree ("station_id","sequence","captured_at") WHERE "inspections"."sequence" is not null;