CREATE TABLE "alert_episodes" (
	"station_id" bigint NOT NULL,
	"alarm" text NOT NULL,
	"raised_at" bigint NOT NULL,
	"began_at" bigint NOT NULL,
	"ended_at" bigint,
	"ending" text,
	"grounds" jsonb NOT NULL,
	"acknowledged_at" bigint,
	"acknowledged_by" text,
	"note" text,
	"accepted_at" bigint,
	"accepted_by" text,
	"stage_at" bigint,
	CONSTRAINT "alert_episodes_station_id_alarm_raised_at_pk" PRIMARY KEY("station_id","alarm","raised_at")
);
--> statement-breakpoint
CREATE TABLE "station_test_hours" (
	"station_id" bigint NOT NULL,
	"hour_at" bigint NOT NULL,
	"counted" text NOT NULL,
	"is_alarmed" boolean NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "station_test_hours_station_id_hour_at_pk" PRIMARY KEY("station_id","hour_at")
);
--> statement-breakpoint
CREATE TABLE "station_tests" (
	"station_id" bigint NOT NULL,
	"at" bigint NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "station_tests_station_id_pk" PRIMARY KEY("station_id")
);
--> statement-breakpoint
CREATE TABLE "targets" (
	"site_id" bigint NOT NULL,
	"station_id" bigint NOT NULL,
	"part_id" bigint NOT NULL,
	"from_at" bigint NOT NULL,
	"yield" double precision,
	"set_by" text NOT NULL,
	CONSTRAINT "targets_site_id_station_id_part_id_from_at_pk" PRIMARY KEY("site_id","station_id","part_id","from_at")
);
--> statement-breakpoint
CREATE INDEX "alert_episodes_open" ON "alert_episodes" USING btree ("station_id") WHERE "alert_episodes"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "alert_episodes_raised" ON "alert_episodes" USING btree ("raised_at");