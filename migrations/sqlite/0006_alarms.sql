CREATE TABLE `alert_episodes` (
	`station_id` integer NOT NULL,
	`alarm` text NOT NULL,
	`raised_at` integer NOT NULL,
	`began_at` integer NOT NULL,
	`ended_at` integer,
	`ending` text,
	`grounds` text NOT NULL,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	`note` text,
	`accepted_at` integer,
	`accepted_by` text,
	`stage_at` integer,
	PRIMARY KEY(`station_id`, `alarm`, `raised_at`)
);
--> statement-breakpoint
CREATE INDEX `alert_episodes_open` ON `alert_episodes` (`station_id`) WHERE "alert_episodes"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `alert_episodes_raised` ON `alert_episodes` (`raised_at`);--> statement-breakpoint
CREATE TABLE `station_test_hours` (
	`station_id` integer NOT NULL,
	`hour_at` integer NOT NULL,
	`counted` text NOT NULL,
	`is_alarmed` integer NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`station_id`, `hour_at`)
);
--> statement-breakpoint
CREATE TABLE `station_tests` (
	`station_id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `targets` (
	`site_id` integer NOT NULL,
	`station_id` integer NOT NULL,
	`part_id` integer NOT NULL,
	`from_at` integer NOT NULL,
	`yield` real,
	`set_by` text NOT NULL,
	PRIMARY KEY(`site_id`, `station_id`, `part_id`, `from_at`)
);
