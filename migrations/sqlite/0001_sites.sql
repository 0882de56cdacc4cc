CREATE TABLE `sites` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`time_zone` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sites_name` ON `sites` (`name`);--> statement-breakpoint
-- What is there already belongs to one site, without a name until a process claims it.
INSERT INTO `sites` (`name`, `title`, `time_zone`, `created_at`) SELECT '', '', '', 0 WHERE EXISTS (SELECT 1 FROM `roots`) OR EXISTS (SELECT 1 FROM `stations`) OR EXISTS (SELECT 1 FROM `api_tokens`) OR EXISTS (SELECT 1 FROM `kiosk_links`);--> statement-breakpoint
CREATE TABLE `__new_roots` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`path` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_roots` (`id`, `site_id`, `path`, `created_at`) SELECT `id`, (SELECT `id` FROM `sites`), `path`, `created_at` FROM `roots`;--> statement-breakpoint
DROP TABLE `roots`;--> statement-breakpoint
ALTER TABLE `__new_roots` RENAME TO `roots`;--> statement-breakpoint
CREATE UNIQUE INDEX `roots_path` ON `roots` (`site_id`,`path`);--> statement-breakpoint
CREATE TABLE `__new_stations` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_stations` (`id`, `site_id`, `name`, `created_at`) SELECT `id`, (SELECT `id` FROM `sites`), `name`, `created_at` FROM `stations`;--> statement-breakpoint
DROP TABLE `stations`;--> statement-breakpoint
ALTER TABLE `__new_stations` RENAME TO `stations`;--> statement-breakpoint
CREATE UNIQUE INDEX `stations_name` ON `stations` (`site_id`,`name`);--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `site_id` integer;--> statement-breakpoint
ALTER TABLE `kiosk_links` ADD `site_id` integer;--> statement-breakpoint
UPDATE `api_tokens` SET `site_id` = (SELECT `id` FROM `sites`) WHERE `station` IS NOT NULL;--> statement-breakpoint
UPDATE `kiosk_links` SET `site_id` = (SELECT `id` FROM `sites`);
