CREATE TABLE `walls` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`former_names` text NOT NULL,
	`tiles` text NOT NULL,
	`period` text NOT NULL,
	`dwell_sec` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`changed_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `walls_name` ON `walls` (`site_id`,`name`);