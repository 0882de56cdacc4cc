CREATE TABLE `activity_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`station_id` integer NOT NULL,
	`worker_id` integer NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`confidence` real NOT NULL,
	`count` integer NOT NULL,
	`key` text NOT NULL,
	`event_id` text,
	`model_id` text,
	`model_version` text,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `activity_events_key` ON `activity_events` (`key`);--> statement-breakpoint
CREATE INDEX `activity_events_worker` ON `activity_events` (`worker_id`,`at`);--> statement-breakpoint
CREATE INDEX `activity_events_state` ON `activity_events` (`worker_id`,`at`) WHERE "activity_events"."kind" <> 'product_count';--> statement-breakpoint
CREATE INDEX `activity_events_station` ON `activity_events` (`station_id`,`at`);--> statement-breakpoint
CREATE INDEX `activity_events_time` ON `activity_events` (`at`);--> statement-breakpoint
CREATE TABLE `activity_rebuilds` (
	`site_id` integer PRIMARY KEY NOT NULL,
	`plans` text NOT NULL,
	`from_at` integer,
	`until_at` integer
);
--> statement-breakpoint
CREATE TABLE `activity_roll_ups` (
	`level` integer NOT NULL,
	`start_at` integer NOT NULL,
	`station_id` integer NOT NULL,
	`worker_id` integer NOT NULL,
	`working_ms` integer NOT NULL,
	`idle_ms` integer NOT NULL,
	`absent_ms` integer NOT NULL,
	`planned_working_ms` integer NOT NULL,
	`planned_idle_ms` integer NOT NULL,
	`planned_absent_ms` integer NOT NULL,
	`units` integer NOT NULL,
	`events` integer NOT NULL,
	PRIMARY KEY(`level`, `station_id`, `worker_id`, `start_at`)
);
--> statement-breakpoint
CREATE INDEX `activity_roll_ups_worker` ON `activity_roll_ups` (`worker_id`,`level`,`start_at`);--> statement-breakpoint
CREATE TABLE `activity_segments` (
	`station_id` integer NOT NULL,
	`worker_id` integer NOT NULL,
	`start_at` integer NOT NULL,
	`end_at` integer NOT NULL,
	`state` text NOT NULL,
	`is_planned` integer NOT NULL,
	PRIMARY KEY(`station_id`, `worker_id`, `start_at`)
);
--> statement-breakpoint
CREATE INDEX `activity_segments_worker` ON `activity_segments` (`worker_id`,`end_at`);--> statement-breakpoint
CREATE INDEX `activity_segments_station` ON `activity_segments` (`station_id`,`end_at`);--> statement-breakpoint
CREATE TABLE `ideal_cycles` (
	`site_id` integer NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`from_at` integer NOT NULL,
	`cycle_ms` real,
	`set_by` text NOT NULL,
	PRIMARY KEY(`site_id`, `station_id`, `part_id`, `from_at`)
);
--> statement-breakpoint
CREATE TABLE `lines` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lines_name` ON `lines` (`site_id`,`name`);--> statement-breakpoint
CREATE TABLE `refused_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`received_at` integer NOT NULL,
	`source` text NOT NULL,
	`reason` text NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refused_events_received` ON `refused_events` (`site_id`,`received_at`);--> statement-breakpoint
CREATE TABLE `shift_notes` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`line_id` integer NOT NULL,
	`shift_start_at` integer NOT NULL,
	`text` text NOT NULL,
	`is_open` integer NOT NULL,
	`written_by` text NOT NULL,
	`written_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `shift_notes_shift` ON `shift_notes` (`site_id`,`shift_start_at`);--> statement-breakpoint
CREATE TABLE `stop_reasons` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`parent_id` integer NOT NULL,
	`name` text NOT NULL,
	`loss` text NOT NULL,
	`position` integer NOT NULL,
	`removed_at` integer
);
--> statement-breakpoint
CREATE INDEX `stop_reasons_site` ON `stop_reasons` (`site_id`,`parent_id`,`position`);--> statement-breakpoint
CREATE TABLE `stop_reports` (
	`id` integer PRIMARY KEY NOT NULL,
	`station_id` integer NOT NULL,
	`at` integer NOT NULL,
	`reason_id` integer NOT NULL,
	`note` text NOT NULL,
	`reported_by` text NOT NULL,
	`reported_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `stop_reports_time` ON `stop_reports` (`station_id`,`at`);--> statement-breakpoint
CREATE TABLE `workers` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workers_code` ON `workers` (`site_id`,`code`);--> statement-breakpoint
DROP INDEX `stations_name`;--> statement-breakpoint
ALTER TABLE `stations` ADD `line_id` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `type` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `is_inspected` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `stations_name` ON `stations` (`site_id`,`name`,`is_inspected`);--> statement-breakpoint
ALTER TABLE `sites` ADD `kind` text DEFAULT 'plant' NOT NULL;