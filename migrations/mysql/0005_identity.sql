CREATE TABLE `repairs` (
	`site_id` bigint NOT NULL,
	`name` varchar(32) NOT NULL,
	`position` bigint NOT NULL,
	CONSTRAINT `repairs_site_id_name_pk` PRIMARY KEY(`site_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `station_parts` (
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	CONSTRAINT `station_parts_station_id_part_id_pk` PRIMARY KEY(`station_id`,`part_id`)
);
--> statement-breakpoint
ALTER TABLE `inspections` DROP INDEX `inspections_unit`;--> statement-breakpoint
DROP INDEX `inspections_unmatched` ON `inspections`;--> statement-breakpoint
ALTER TABLE `bad_images` ADD `station_id` bigint;--> statement-breakpoint
UPDATE `bad_images` SET `station_id` = (SELECT `station_id` FROM `inspections` WHERE `inspections`.`id` = `inspection_id`);--> statement-breakpoint
DELETE FROM `bad_images` WHERE `station_id` IS NULL;--> statement-breakpoint
ALTER TABLE `bad_images` MODIFY `station_id` bigint NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (`inspection_id`, `station_id`);--> statement-breakpoint
ALTER TABLE `directories` ADD `recover_before` bigint;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `undecided` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `further_ok` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `further_ng` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `undecided` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `further_ok` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `further_ng` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspections` ADD `named_at` bigint;--> statement-breakpoint
ALTER TABLE `inspections` ADD `word` varchar(40);--> statement-breakpoint
ALTER TABLE `inspections` ADD `view` varchar(40);--> statement-breakpoint
ALTER TABLE `inspections` ADD `unit` varchar(80);--> statement-breakpoint
ALTER TABLE `inspections` ADD `inode` bigint;--> statement-breakpoint
ALTER TABLE `roots` ADD `recovered_count` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `inspections_time` ON `inspections` (`station_id`,`part_id`,`captured_at`,`sequence`);--> statement-breakpoint
CREATE INDEX `inspections_unjudged` ON `inspections` (`station_id`,`captured_at`);--> statement-breakpoint
CREATE INDEX `inspections_unit` ON `inspections` (`station_id`,`unit`);--> statement-breakpoint
-- The models of each station, until now those of its folders.
INSERT INTO `station_parts` SELECT DISTINCT `station_id`, `part_id` FROM `directories`;--> statement-breakpoint
-- Two files of one unit were one row: every folder is listed again, and what was left out is counted as recovered.
UPDATE `directories` SET `recover_before` = `listed_at` WHERE `listed_at` IS NOT NULL;--> statement-breakpoint
UPDATE `directories` SET `listed_at` = NULL, `modified_at` = NULL;--> statement-breakpoint
-- The COUNT check reads several counters and misread values now: every hour is checked again.
UPDATE `inspection_hours` SET `checked_count` = -`checked_count` WHERE `checked_count` > 0;--> statement-breakpoint
-- Folders that were read as another station, and times that are not believed any more, are mended behind the pages.
INSERT INTO `repairs` (`site_id`, `name`, `position`) SELECT `id`, 'folders', 0 FROM `sites`;--> statement-breakpoint
INSERT INTO `repairs` (`site_id`, `name`, `position`) SELECT `id`, 'times', 0 FROM `sites`;
