CREATE TABLE `live_channels` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`key` text NOT NULL,
	`camera` text NOT NULL,
	`role` text NOT NULL,
	`path` text NOT NULL,
	`created_at` integer NOT NULL,
	`stale_after_sec` integer,
	`modified_at` integer,
	`listed_at` integer,
	`file_count` integer DEFAULT 0 NOT NULL,
	`image_count` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `live_channels_key` ON `live_channels` (`site_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `live_channels_path` ON `live_channels` (`site_id`,`path`);--> statement-breakpoint
CREATE TABLE `live_coils` (
	`channel_id` integer NOT NULL,
	`coil` text NOT NULL,
	`image_count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `coil`)
);
--> statement-breakpoint
CREATE INDEX `live_coils_last` ON `live_coils` (`channel_id`,`last_at`);--> statement-breakpoint
CREATE TABLE `live_defects` (
	`channel_id` integer NOT NULL,
	`coil` text NOT NULL,
	`captured_at` integer NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`channel_id`, `coil`, `captured_at`)
);
--> statement-breakpoint
CREATE TABLE `live_hours` (
	`channel_id` integer NOT NULL,
	`start_at` integer NOT NULL,
	`coil` text NOT NULL,
	`image_count` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `start_at`, `coil`)
);
--> statement-breakpoint
CREATE TABLE `live_images` (
	`id` integer PRIMARY KEY NOT NULL,
	`channel_id` integer NOT NULL,
	`name` text NOT NULL,
	`captured_at` integer NOT NULL,
	`coil` text NOT NULL,
	`size_bytes` integer,
	`modified_at` integer,
	`found_at` integer NOT NULL,
	`missing_at` integer,
	`revision` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `live_images_file` ON `live_images` (`channel_id`,`name`);--> statement-breakpoint
CREATE INDEX `live_images_time` ON `live_images` (`channel_id`,`captured_at`);--> statement-breakpoint
CREATE INDEX `live_images_coil` ON `live_images` (`channel_id`,`coil`,`captured_at`);