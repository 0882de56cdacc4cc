CREATE TABLE `sites` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varchar(60) NOT NULL,
	`title` varchar(60) NOT NULL,
	`time_zone` varchar(64) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `sites_id` PRIMARY KEY(`id`),
	CONSTRAINT `sites_name` UNIQUE(`name`)
);
--> statement-breakpoint
-- What is there already belongs to one site, without a name until a process claims it.
INSERT INTO `sites` (`name`, `title`, `time_zone`, `created_at`) SELECT '', '', '', 0 FROM dual WHERE EXISTS (SELECT 1 FROM `roots`) OR EXISTS (SELECT 1 FROM `stations`) OR EXISTS (SELECT 1 FROM `api_tokens`) OR EXISTS (SELECT 1 FROM `kiosk_links`);--> statement-breakpoint
ALTER TABLE `roots` DROP INDEX `roots_path`;--> statement-breakpoint
ALTER TABLE `stations` DROP INDEX `stations_name`;--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `site_id` bigint;--> statement-breakpoint
ALTER TABLE `kiosk_links` ADD `site_id` bigint;--> statement-breakpoint
ALTER TABLE `roots` ADD `site_id` bigint;--> statement-breakpoint
UPDATE `roots` SET `site_id` = (SELECT `id` FROM `sites`);--> statement-breakpoint
ALTER TABLE `roots` MODIFY COLUMN `site_id` bigint NOT NULL;--> statement-breakpoint
ALTER TABLE `stations` ADD `site_id` bigint;--> statement-breakpoint
UPDATE `stations` SET `site_id` = (SELECT `id` FROM `sites`);--> statement-breakpoint
ALTER TABLE `stations` MODIFY COLUMN `site_id` bigint NOT NULL;--> statement-breakpoint
UPDATE `api_tokens` SET `site_id` = (SELECT `id` FROM `sites`) WHERE `station` IS NOT NULL;--> statement-breakpoint
UPDATE `kiosk_links` SET `site_id` = (SELECT `id` FROM `sites`);--> statement-breakpoint
ALTER TABLE `roots` ADD CONSTRAINT `roots_path` UNIQUE(`site_id`,`path`);--> statement-breakpoint
ALTER TABLE `stations` ADD CONSTRAINT `stations_name` UNIQUE(`site_id`,`name`);