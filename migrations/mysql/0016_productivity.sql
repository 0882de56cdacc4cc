CREATE TABLE `activity_events` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`station_id` bigint NOT NULL,
	`worker_id` bigint NOT NULL,
	`kind` varchar(32) NOT NULL,
	`at` bigint NOT NULL,
	`confidence` double NOT NULL,
	`count` bigint NOT NULL,
	`key` varchar(24) NOT NULL,
	`event_id` varchar(255),
	`model_id` varchar(100),
	`model_version` varchar(100),
	`received_at` bigint NOT NULL,
	CONSTRAINT `activity_events_id` PRIMARY KEY(`id`),
	CONSTRAINT `activity_events_key` UNIQUE(`key`)
);
--> statement-breakpoint
CREATE TABLE `activity_rebuilds` (
	`site_id` bigint NOT NULL,
	`plans` json NOT NULL,
	`from_at` bigint,
	`until_at` bigint,
	CONSTRAINT `activity_rebuilds_site_id` PRIMARY KEY(`site_id`)
);
--> statement-breakpoint
CREATE TABLE `activity_roll_ups` (
	`level` bigint NOT NULL,
	`start_at` bigint NOT NULL,
	`station_id` bigint NOT NULL,
	`worker_id` bigint NOT NULL,
	`working_ms` bigint NOT NULL,
	`idle_ms` bigint NOT NULL,
	`absent_ms` bigint NOT NULL,
	`planned_working_ms` bigint NOT NULL,
	`planned_idle_ms` bigint NOT NULL,
	`planned_absent_ms` bigint NOT NULL,
	`units` bigint NOT NULL,
	`events` bigint NOT NULL,
	CONSTRAINT `activity_roll_ups_level_station_id_worker_id_start_at_pk` PRIMARY KEY(`level`,`station_id`,`worker_id`,`start_at`)
);
--> statement-breakpoint
CREATE TABLE `activity_segments` (
	`station_id` bigint NOT NULL,
	`worker_id` bigint NOT NULL,
	`start_at` bigint NOT NULL,
	`end_at` bigint NOT NULL,
	`state` varchar(32) NOT NULL,
	`is_planned` boolean NOT NULL,
	CONSTRAINT `activity_segments_station_id_worker_id_start_at_pk` PRIMARY KEY(`station_id`,`worker_id`,`start_at`)
);
--> statement-breakpoint
CREATE TABLE `ideal_cycles` (
	`site_id` bigint NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`from_at` bigint NOT NULL,
	`cycle_ms` double,
	`set_by` varchar(150) NOT NULL,
	CONSTRAINT `ideal_cycles_site_id_station_id_part_id_from_at_pk` PRIMARY KEY(`site_id`,`station_id`,`part_id`,`from_at`)
);
--> statement-breakpoint
CREATE TABLE `lines` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`name` varchar(100) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `lines_id` PRIMARY KEY(`id`),
	CONSTRAINT `lines_name` UNIQUE(`site_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `refused_events` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`received_at` bigint NOT NULL,
	`source` varchar(32) NOT NULL,
	`reason` varchar(500) NOT NULL,
	`body` varchar(2000) NOT NULL,
	CONSTRAINT `refused_events_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `shift_notes` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`line_id` bigint NOT NULL,
	`shift_start_at` bigint NOT NULL,
	`text` varchar(2000) NOT NULL,
	`is_open` boolean NOT NULL,
	`written_by` varchar(150) NOT NULL,
	`written_at` bigint NOT NULL,
	CONSTRAINT `shift_notes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `stop_reasons` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`parent_id` bigint NOT NULL,
	`name` varchar(100) NOT NULL,
	`loss` varchar(32) NOT NULL,
	`position` bigint NOT NULL,
	`removed_at` bigint,
	CONSTRAINT `stop_reasons_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `stop_reports` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`station_id` bigint NOT NULL,
	`at` bigint NOT NULL,
	`reason_id` bigint NOT NULL,
	`note` varchar(500) NOT NULL,
	`reported_by` varchar(150) NOT NULL,
	`reported_at` bigint NOT NULL,
	CONSTRAINT `stop_reports_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `workers` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`code` varchar(100) NOT NULL,
	`name` varchar(150) NOT NULL,
	`created_at` bigint NOT NULL,
	`removed_at` bigint,
	CONSTRAINT `workers_id` PRIMARY KEY(`id`),
	CONSTRAINT `workers_code` UNIQUE(`site_id`,`code`)
);
--> statement-breakpoint
ALTER TABLE `stations` DROP INDEX `stations_name`;--> statement-breakpoint
ALTER TABLE `sites` ADD `kind` varchar(32) DEFAULT 'plant' NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `line_id` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `type` varchar(60) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `is_inspected` boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD CONSTRAINT `stations_name` UNIQUE(`site_id`,`name`,`is_inspected`);--> statement-breakpoint
CREATE INDEX `activity_events_worker` ON `activity_events` (`worker_id`,`at`);--> statement-breakpoint
CREATE INDEX `activity_events_state` ON `activity_events` (`worker_id`,`at`);--> statement-breakpoint
CREATE INDEX `activity_events_station` ON `activity_events` (`station_id`,`at`);--> statement-breakpoint
CREATE INDEX `activity_events_time` ON `activity_events` (`at`);--> statement-breakpoint
CREATE INDEX `activity_roll_ups_worker` ON `activity_roll_ups` (`worker_id`,`level`,`start_at`);--> statement-breakpoint
CREATE INDEX `activity_segments_worker` ON `activity_segments` (`worker_id`,`end_at`);--> statement-breakpoint
CREATE INDEX `activity_segments_station` ON `activity_segments` (`station_id`,`end_at`);--> statement-breakpoint
CREATE INDEX `refused_events_received` ON `refused_events` (`site_id`,`received_at`);--> statement-breakpoint
CREATE INDEX `shift_notes_shift` ON `shift_notes` (`site_id`,`shift_start_at`);--> statement-breakpoint
CREATE INDEX `stop_reasons_site` ON `stop_reasons` (`site_id`,`parent_id`,`position`);--> statement-breakpoint
CREATE INDEX `stop_reports_time` ON `stop_reports` (`station_id`,`at`);