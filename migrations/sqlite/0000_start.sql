CREATE TABLE `api_tokens` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`station` text,
	`device` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`last_address` text,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_tokens_secret` ON `api_tokens` (`secret_hash`);--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`address` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE TABLE `bad_images` (
	`inspection_id` integer PRIMARY KEY NOT NULL,
	`reason` text NOT NULL,
	`failed_at` integer NOT NULL,
	`attempts` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `bad_images_failed` ON `bad_images` (`failed_at`);--> statement-breakpoint
CREATE TABLE `directories` (
	`id` integer PRIMARY KEY NOT NULL,
	`root_id` integer NOT NULL,
	`path` text NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`modified_at` integer,
	`listed_at` integer,
	`file_count` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `directories_path` ON `directories` (`root_id`,`path`);--> statement-breakpoint
CREATE TABLE `inspection_hours` (
	`start_at` integer NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`ok` integer NOT NULL,
	`ng` integer NOT NULL,
	`unmatched` integer NOT NULL,
	`checked_count` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`start_at`, `station_id`, `part_id`)
);
--> statement-breakpoint
CREATE INDEX `inspection_hours_station` ON `inspection_hours` (`station_id`,`part_id`,`start_at`);--> statement-breakpoint
CREATE INDEX `inspection_hours_unchecked` ON `inspection_hours` (`start_at`) WHERE "inspection_hours"."checked_count" <> "inspection_hours"."ok" + "inspection_hours"."ng" + "inspection_hours"."unmatched";--> statement-breakpoint
CREATE TABLE `inspection_minutes` (
	`start_at` integer NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`ok` integer NOT NULL,
	`ng` integer NOT NULL,
	`unmatched` integer NOT NULL,
	PRIMARY KEY(`start_at`, `station_id`, `part_id`)
);
--> statement-breakpoint
CREATE TABLE `inspections` (
	`id` integer PRIMARY KEY NOT NULL,
	`directory_id` integer NOT NULL,
	`name` text NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`captured_at` integer NOT NULL,
	`verdict` text,
	`sequence` integer,
	`size_bytes` integer,
	`modified_at` integer,
	`found_at` integer NOT NULL,
	`missing_at` integer,
	`rejudged_at` integer,
	`previous_verdict` text,
	`revision` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inspections_file` ON `inspections` (`directory_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `inspections_unit` ON `inspections` (`station_id`,`part_id`,`captured_at`,`sequence`);--> statement-breakpoint
CREATE INDEX `inspections_ng` ON `inspections` (`station_id`,`captured_at`) WHERE "inspections"."verdict" = 'NG';--> statement-breakpoint
CREATE INDEX `inspections_unmatched` ON `inspections` (`station_id`,`captured_at`) WHERE "inspections"."verdict" is null;--> statement-breakpoint
CREATE TABLE `kiosk_links` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`pages` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `kiosk_links_secret` ON `kiosk_links` (`secret_hash`);--> statement-breakpoint
CREATE TABLE `parts` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `parts_name` ON `parts` (`name`);--> statement-breakpoint
CREATE TABLE `roots` (
	`id` integer PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `roots_path` ON `roots` (`path`);--> statement-breakpoint
CREATE TABLE `sequence_gaps` (
	`id` integer PRIMARY KEY NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`hour_at` integer NOT NULL,
	`kind` text NOT NULL,
	`from_sequence` integer NOT NULL,
	`to_sequence` integer NOT NULL,
	`count` integer NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sequence_gaps_hour` ON `sequence_gaps` (`station_id`,`part_id`,`hour_at`);--> statement-breakpoint
CREATE INDEX `sequence_gaps_time` ON `sequence_gaps` (`to_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` integer PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_secret` ON `sessions` (`secret_hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `stations` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stations_name` ON `stations` (`name`);--> statement-breakpoint
CREATE TABLE `sweeps` (
	`id` integer PRIMARY KEY NOT NULL,
	`root_id` integer NOT NULL,
	`kind` text NOT NULL,
	`started_at` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`files_seen` integer NOT NULL,
	`files_added` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sweeps_started` ON `sweeps` (`started_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`password_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`password_changed_at` integer NOT NULL,
	`last_seen_at` integer,
	`disabled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name` ON `users` (`name`);