CREATE TABLE `horizons` (
	`site_id` bigint NOT NULL,
	`name` varchar(32) NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `horizons_site_id_name_pk` PRIMARY KEY(`site_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `retention_runs` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`started_at` bigint NOT NULL,
	`ended_at` bigint,
	`cause` varchar(32) NOT NULL,
	`outcome` varchar(32),
	`removed` json NOT NULL,
	CONSTRAINT `retention_runs_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `inspections` ADD `cleared_at` bigint;--> statement-breakpoint
CREATE INDEX `retention_runs_site` ON `retention_runs` (`site_id`);