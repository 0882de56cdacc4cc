CREATE TABLE `live_channels` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`key` varchar(200) NOT NULL,
	`camera` varchar(200) NOT NULL,
	`role` varchar(32) NOT NULL,
	`path` varchar(700) NOT NULL,
	`created_at` bigint NOT NULL,
	`stale_after_sec` bigint,
	`modified_at` bigint,
	`listed_at` bigint,
	`file_count` bigint NOT NULL DEFAULT 0,
	`image_count` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `live_channels_id` PRIMARY KEY(`id`),
	CONSTRAINT `live_channels_key` UNIQUE(`site_id`,`key`),
	CONSTRAINT `live_channels_path` UNIQUE(`site_id`,`path`)
);
--> statement-breakpoint
CREATE TABLE `live_coils` (
	`channel_id` bigint NOT NULL,
	`coil` varchar(100) NOT NULL,
	`image_count` bigint NOT NULL,
	`first_at` bigint NOT NULL,
	`last_at` bigint NOT NULL,
	CONSTRAINT `live_coils_channel_id_coil_pk` PRIMARY KEY(`channel_id`,`coil`)
);
--> statement-breakpoint
CREATE TABLE `live_defects` (
	`channel_id` bigint NOT NULL,
	`coil` varchar(100) NOT NULL,
	`captured_at` bigint NOT NULL,
	`data` json NOT NULL,
	CONSTRAINT `live_defects_channel_id_coil_captured_at_pk` PRIMARY KEY(`channel_id`,`coil`,`captured_at`)
);
--> statement-breakpoint
CREATE TABLE `live_hours` (
	`channel_id` bigint NOT NULL,
	`start_at` bigint NOT NULL,
	`coil` varchar(100) NOT NULL,
	`image_count` bigint NOT NULL,
	CONSTRAINT `live_hours_channel_id_start_at_coil_pk` PRIMARY KEY(`channel_id`,`start_at`,`coil`)
);
--> statement-breakpoint
CREATE TABLE `live_images` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`channel_id` bigint NOT NULL,
	`name` varchar(255) NOT NULL,
	`captured_at` bigint NOT NULL,
	`coil` varchar(100) NOT NULL,
	`size_bytes` bigint,
	`modified_at` bigint,
	`found_at` bigint NOT NULL,
	`missing_at` bigint,
	`revision` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `live_images_id` PRIMARY KEY(`id`),
	CONSTRAINT `live_images_file` UNIQUE(`channel_id`,`name`)
);
--> statement-breakpoint
CREATE INDEX `live_coils_last` ON `live_coils` (`channel_id`,`last_at`);--> statement-breakpoint
CREATE INDEX `live_images_time` ON `live_images` (`channel_id`,`captured_at`);--> statement-breakpoint
CREATE INDEX `live_images_coil` ON `live_images` (`channel_id`,`coil`,`captured_at`);