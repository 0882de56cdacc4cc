CREATE TABLE "station_aliases" (
	"site_id" bigint NOT NULL,
	"source" text NOT NULL,
	"external_name" text NOT NULL,
	"station_id" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "station_aliases_site_id_source_external_name_pk" PRIMARY KEY("site_id","source","external_name")
);
--> statement-breakpoint
ALTER TABLE "stations" ADD COLUMN "hidden_at" bigint;--> statement-breakpoint
ALTER TABLE "stations" ADD COLUMN "merged_into" bigint;