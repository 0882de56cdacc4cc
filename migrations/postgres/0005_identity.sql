CREATE TABLE "repairs" (
	"site_id" bigint NOT NULL,
	"name" text NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "repairs_site_id_name_pk" PRIMARY KEY("site_id","name")
);
--> statement-breakpoint
CREATE TABLE "station_parts" (
	"station_id" bigint NOT NULL,
	"part_id" bigint NOT NULL,
	CONSTRAINT "station_parts_station_id_part_id_pk" PRIMARY KEY("station_id","part_id")
);
--> statement-breakpoint
DROP INDEX "inspections_unmatched";--> statement-breakpoint
DROP INDEX "inspection_hours_unchecked";--> statement-breakpoint
DROP INDEX "inspections_file";--> statement-breakpoint
DROP INDEX "inspections_unit";--> statement-breakpoint
ALTER TABLE "bad_images" DROP CONSTRAINT "bad_images_pkey";--> statement-breakpoint
ALTER TABLE "inspections" DROP CONSTRAINT "inspections_pkey";--> statement-breakpoint
ALTER TABLE "live_images" DROP CONSTRAINT "live_images_pkey";--> statement-breakpoint
ALTER TABLE "sequence_gaps" DROP CONSTRAINT "sequence_gaps_pkey";--> statement-breakpoint
ALTER TABLE "bad_images" ADD COLUMN "station_id" bigint;--> statement-breakpoint
UPDATE "bad_images" SET "station_id" = (SELECT "station_id" FROM "inspections" WHERE "inspections"."id" = "inspection_id");--> statement-breakpoint
DELETE FROM "bad_images" WHERE "station_id" IS NULL;--> statement-breakpoint
ALTER TABLE "bad_images" ALTER COLUMN "station_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "bad_images" ADD CONSTRAINT "bad_images_inspection_id_station_id_pk" PRIMARY KEY("inspection_id","station_id");--> statement-breakpoint
ALTER TABLE "inspections" ADD CONSTRAINT "inspections_id_station_id_pk" PRIMARY KEY("id","station_id");--> statement-breakpoint
ALTER TABLE "live_images" ADD CONSTRAINT "live_images_id_channel_id_pk" PRIMARY KEY("id","channel_id");--> statement-breakpoint
ALTER TABLE "sequence_gaps" ADD CONSTRAINT "sequence_gaps_id_station_id_pk" PRIMARY KEY("id","station_id");--> statement-breakpoint
ALTER TABLE "directories" ADD COLUMN "recover_before" bigint;--> statement-breakpoint
ALTER TABLE "inspection_hours" ADD COLUMN "undecided" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspection_hours" ADD COLUMN "further_ok" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspection_hours" ADD COLUMN "further_ng" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspection_minutes" ADD COLUMN "undecided" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspection_minutes" ADD COLUMN "further_ok" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspection_minutes" ADD COLUMN "further_ng" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inspections" ADD COLUMN "named_at" bigint;--> statement-breakpoint
ALTER TABLE "inspections" ADD COLUMN "word" text;--> statement-breakpoint
ALTER TABLE "inspections" ADD COLUMN "view" text;--> statement-breakpoint
ALTER TABLE "inspections" ADD COLUMN "unit" text;--> statement-breakpoint
ALTER TABLE "inspections" ADD COLUMN "inode" bigint;--> statement-breakpoint
ALTER TABLE "roots" ADD COLUMN "recovered_count" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "inspections_time" ON "inspections" USING btree ("station_id","part_id","captured_at","sequence");--> statement-breakpoint
CREATE INDEX "inspections_unjudged" ON "inspections" USING btree ("station_id","captured_at") WHERE "inspections"."verdict" is null;--> statement-breakpoint
CREATE INDEX "inspection_hours_unchecked" ON "inspection_hours" USING btree ("start_at") WHERE "inspection_hours"."checked_count" <> "inspection_hours"."ok" + "inspection_hours"."ng" + "inspection_hours"."unmatched" + "inspection_hours"."undecided";--> statement-breakpoint
CREATE UNIQUE INDEX "inspections_file" ON "inspections" USING btree ("directory_id","name","station_id");--> statement-breakpoint
CREATE INDEX "inspections_unit" ON "inspections" USING btree ("station_id","unit") WHERE "inspections"."unit" is not null;--> statement-breakpoint
-- The models of each station, until now those of its folders.
INSERT INTO "station_parts" SELECT DISTINCT "station_id", "part_id" FROM "directories";--> statement-breakpoint
-- Two files of one unit were one row: every folder is listed again, and what was left out is counted as recovered.
UPDATE "directories" SET "recover_before" = "listed_at", "listed_at" = NULL, "modified_at" = NULL WHERE "listed_at" IS NOT NULL;--> statement-breakpoint
-- The COUNT check reads several counters and misread values now: every hour is checked again.
UPDATE "inspection_hours" SET "checked_count" = -"checked_count" WHERE "checked_count" > 0;--> statement-breakpoint
-- Folders that were read as another station, and times that are not believed any more, are mended behind the pages.
INSERT INTO "repairs" ("site_id", "name", "position") SELECT "id", 'folders', 0 FROM "sites";--> statement-breakpoint
INSERT INTO "repairs" ("site_id", "name", "position") SELECT "id", 'times', 0 FROM "sites";
