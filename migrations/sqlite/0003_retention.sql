CREATE TABLE `horizons` (
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `retention_runs` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`cause` text NOT NULL,
	`outcome` text,
	`removed` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `retention_runs_site` ON `retention_runs` (`site_id`);--> statement-breakpoint
ALTER TABLE `inspections` ADD `cleared_at` integer;