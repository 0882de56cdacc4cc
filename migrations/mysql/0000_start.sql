CREATE TABLE `api_tokens` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(100) NOT NULL,
	`secret_hash` varchar(64) NOT NULL,
	`scopes` json NOT NULL,
	`station` varchar(255),
	`device` varchar(255),
	`created_by` varchar(100) NOT NULL,
	`created_at` bigint NOT NULL,
	`last_used_at` bigint,
	`last_address` varchar(64),
	`revoked_at` bigint,
	CONSTRAINT `api_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `api_tokens_secret` UNIQUE(`secret_hash`)
);
--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`at` bigint NOT NULL,
	`actor` varchar(150) NOT NULL,
	`action` varchar(100) NOT NULL,
	`target` varchar(255) NOT NULL,
	`address` varchar(64) NOT NULL,
	`before` json,
	`after` json,
	CONSTRAINT `audit_entries_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `bad_images` (
	`inspection_id` bigint NOT NULL,
	`reason` varchar(500) NOT NULL,
	`failed_at` bigint NOT NULL,
	`attempts` bigint NOT NULL,
	CONSTRAINT `bad_images_inspection_id` PRIMARY KEY(`inspection_id`)
);
--> statement-breakpoint
CREATE TABLE `directories` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`root_id` bigint NOT NULL,
	`path` varchar(700) NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`modified_at` bigint,
	`listed_at` bigint,
	`file_count` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `directories_id` PRIMARY KEY(`id`),
	CONSTRAINT `directories_path` UNIQUE(`root_id`,`path`)
);
--> statement-breakpoint
CREATE TABLE `inspection_hours` (
	`start_at` bigint NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`ok` bigint NOT NULL,
	`ng` bigint NOT NULL,
	`unmatched` bigint NOT NULL,
	`checked_count` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `inspection_hours_start_at_station_id_part_id_pk` PRIMARY KEY(`start_at`,`station_id`,`part_id`)
);
--> statement-breakpoint
CREATE TABLE `inspection_minutes` (
	`start_at` bigint NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`ok` bigint NOT NULL,
	`ng` bigint NOT NULL,
	`unmatched` bigint NOT NULL,
	CONSTRAINT `inspection_minutes_start_at_station_id_part_id_pk` PRIMARY KEY(`start_at`,`station_id`,`part_id`)
);
--> statement-breakpoint
CREATE TABLE `inspections` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`directory_id` bigint NOT NULL,
	`name` varchar(255) NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`captured_at` bigint NOT NULL,
	`verdict` varchar(32),
	`sequence` bigint,
	`size_bytes` bigint,
	`modified_at` bigint,
	`found_at` bigint NOT NULL,
	`missing_at` bigint,
	`rejudged_at` bigint,
	`previous_verdict` varchar(32),
	`revision` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `inspections_id` PRIMARY KEY(`id`),
	CONSTRAINT `inspections_file` UNIQUE(`directory_id`,`name`),
	CONSTRAINT `inspections_unit` UNIQUE(`station_id`,`part_id`,`captured_at`,`sequence`)
);
--> statement-breakpoint
CREATE TABLE `kiosk_links` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(100) NOT NULL,
	`secret_hash` varchar(64) NOT NULL,
	`pages` json NOT NULL,
	`created_by` varchar(100) NOT NULL,
	`created_at` bigint NOT NULL,
	`last_used_at` bigint,
	`revoked_at` bigint,
	CONSTRAINT `kiosk_links_id` PRIMARY KEY(`id`),
	CONSTRAINT `kiosk_links_secret` UNIQUE(`secret_hash`)
);
--> statement-breakpoint
CREATE TABLE `parts` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(255) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `parts_id` PRIMARY KEY(`id`),
	CONSTRAINT `parts_name` UNIQUE(`name`)
);
--> statement-breakpoint
CREATE TABLE `roots` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`path` varchar(700) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `roots_id` PRIMARY KEY(`id`),
	CONSTRAINT `roots_path` UNIQUE(`path`)
);
--> statement-breakpoint
CREATE TABLE `sequence_gaps` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`hour_at` bigint NOT NULL,
	`kind` varchar(32) NOT NULL,
	`from_sequence` bigint NOT NULL,
	`to_sequence` bigint NOT NULL,
	`count` bigint NOT NULL,
	`from_at` bigint NOT NULL,
	`to_at` bigint NOT NULL,
	CONSTRAINT `sequence_gaps_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`secret_hash` varchar(64) NOT NULL,
	`created_at` bigint NOT NULL,
	`seen_at` bigint NOT NULL,
	`expires_at` bigint NOT NULL,
	`address` varchar(64) NOT NULL,
	`agent` varchar(255) NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	CONSTRAINT `sessions_secret` UNIQUE(`secret_hash`)
);
--> statement-breakpoint
CREATE TABLE `stations` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(255) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `stations_id` PRIMARY KEY(`id`),
	CONSTRAINT `stations_name` UNIQUE(`name`)
);
--> statement-breakpoint
CREATE TABLE `sweeps` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`root_id` bigint NOT NULL,
	`kind` varchar(32) NOT NULL,
	`started_at` bigint NOT NULL,
	`duration_ms` bigint NOT NULL,
	`files_seen` bigint NOT NULL,
	`files_added` bigint NOT NULL,
	CONSTRAINT `sweeps_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(100) NOT NULL,
	`role` varchar(32) NOT NULL,
	`password_hash` varchar(255) NOT NULL,
	`created_at` bigint NOT NULL,
	`password_changed_at` bigint NOT NULL,
	`last_seen_at` bigint,
	`disabled_at` bigint,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_name` UNIQUE(`name`)
);
--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE INDEX `bad_images_failed` ON `bad_images` (`failed_at`);--> statement-breakpoint
CREATE INDEX `inspection_hours_station` ON `inspection_hours` (`station_id`,`part_id`,`start_at`);--> statement-breakpoint
CREATE INDEX `inspection_hours_unchecked` ON `inspection_hours` (`start_at`);--> statement-breakpoint
CREATE INDEX `inspections_ng` ON `inspections` (`station_id`,`captured_at`);--> statement-breakpoint
CREATE INDEX `inspections_unmatched` ON `inspections` (`station_id`,`captured_at`);--> statement-breakpoint
CREATE INDEX `sequence_gaps_hour` ON `sequence_gaps` (`station_id`,`part_id`,`hour_at`);--> statement-breakpoint
CREATE INDEX `sequence_gaps_time` ON `sequence_gaps` (`to_at`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sweeps_started` ON `sweeps` (`started_at`);