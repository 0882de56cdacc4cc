CREATE TABLE `repairs` (
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`site_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `station_parts` (
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	PRIMARY KEY(`station_id`, `part_id`)
);
--> statement-breakpoint
DROP INDEX `inspections_unmatched`;--> statement-breakpoint
DROP INDEX `inspections_unit`;--> statement-breakpoint
ALTER TABLE `inspections` ADD `named_at` integer;--> statement-breakpoint
ALTER TABLE `inspections` ADD `word` text;--> statement-breakpoint
ALTER TABLE `inspections` ADD `view` text;--> statement-breakpoint
ALTER TABLE `inspections` ADD `unit` text;--> statement-breakpoint
ALTER TABLE `inspections` ADD `inode` integer;--> statement-breakpoint
CREATE INDEX `inspections_time` ON `inspections` (`station_id`,`part_id`,`captured_at`,`sequence`);--> statement-breakpoint
CREATE INDEX `inspections_unjudged` ON `inspections` (`station_id`,`captured_at`) WHERE "inspections"."verdict" is null;--> statement-breakpoint
CREATE INDEX `inspections_unit` ON `inspections` (`station_id`,`unit`) WHERE "inspections"."unit" is not null;--> statement-breakpoint
DROP INDEX `inspection_hours_unchecked`;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `undecided` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `further_ok` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_hours` ADD `further_ng` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `inspection_hours_unchecked` ON `inspection_hours` (`start_at`) WHERE "inspection_hours"."checked_count" <> "inspection_hours"."ok" + "inspection_hours"."ng" + "inspection_hours"."unmatched" + "inspection_hours"."undecided";--> statement-breakpoint
CREATE TABLE `__new_bad_images` (
	`inspection_id` integer NOT NULL,
	`station_id` integer NOT NULL,
	`reason` text NOT NULL,
	`failed_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	PRIMARY KEY(`inspection_id`, `station_id`)
);
--> statement-breakpoint
INSERT INTO `__new_bad_images` SELECT `inspection_id`, `station_id`, `reason`, `failed_at`, `attempts` FROM `bad_images` JOIN `inspections` ON `inspections`.`id` = `inspection_id`;--> statement-breakpoint
DROP TABLE `bad_images`;--> statement-breakpoint
ALTER TABLE `__new_bad_images` RENAME TO `bad_images`;--> statement-breakpoint
CREATE INDEX `bad_images_failed` ON `bad_images` (`failed_at`);--> statement-breakpoint
ALTER TABLE `directories` ADD `recover_before` integer;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `undecided` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `further_ok` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inspection_minutes` ADD `further_ng` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `roots` ADD `recovered_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- The models of each station, until now those of its folders.
INSERT INTO `station_parts` SELECT DISTINCT `station_id`, `part_id` FROM `directories`;--> statement-breakpoint
-- Two files of one unit were one row: every folder is listed again, and what was left out is counted as recovered.
UPDATE `directories` SET `recover_before` = `listed_at`, `listed_at` = NULL, `modified_at` = NULL WHERE `listed_at` IS NOT NULL;--> statement-breakpoint
-- The COUNT check reads several counters and misread values now: every hour is checked again.
UPDATE `inspection_hours` SET `checked_count` = -`checked_count` WHERE `checked_count` > 0;--> statement-breakpoint
-- Folders that were read as another station, and times that are not believed any more, are mended behind the pages.
INSERT INTO `repairs` (`site_id`, `name`, `position`) SELECT `id`, 'folders', 0 FROM `sites`;--> statement-breakpoint
INSERT INTO `repairs` (`site_id`, `name`, `position`) SELECT `id`, 'times', 0 FROM `sites`;
