CREATE TABLE `alert_episodes` (
	`station_id` bigint NOT NULL,
	`alarm` varchar(32) NOT NULL,
	`raised_at` bigint NOT NULL,
	`began_at` bigint NOT NULL,
	`ended_at` bigint,
	`ending` varchar(32),
	`grounds` json NOT NULL,
	`acknowledged_at` bigint,
	`acknowledged_by` varchar(150),
	`note` varchar(500),
	`accepted_at` bigint,
	`accepted_by` varchar(150),
	`stage_at` bigint,
	CONSTRAINT `alert_episodes_station_id_alarm_raised_at_pk` PRIMARY KEY(`station_id`,`alarm`,`raised_at`)
);
--> statement-breakpoint
CREATE TABLE `station_test_hours` (
	`station_id` bigint NOT NULL,
	`hour_at` bigint NOT NULL,
	`counted` varchar(32) NOT NULL,
	`is_alarmed` boolean NOT NULL,
	`state` json NOT NULL,
	CONSTRAINT `station_test_hours_station_id_hour_at_pk` PRIMARY KEY(`station_id`,`hour_at`)
);
--> statement-breakpoint
CREATE TABLE `station_tests` (
	`station_id` bigint NOT NULL,
	`at` bigint NOT NULL,
	`state` json NOT NULL,
	CONSTRAINT `station_tests_station_id_pk` PRIMARY KEY(`station_id`)
);
--> statement-breakpoint
CREATE TABLE `targets` (
	`site_id` bigint NOT NULL,
	`station_id` bigint NOT NULL,
	`part_id` bigint NOT NULL,
	`from_at` bigint NOT NULL,
	`yield` double,
	`set_by` varchar(150) NOT NULL,
	CONSTRAINT `targets_site_id_station_id_part_id_from_at_pk` PRIMARY KEY(`site_id`,`station_id`,`part_id`,`from_at`)
);
--> statement-breakpoint
CREATE INDEX `alert_episodes_open` ON `alert_episodes` (`station_id`);--> statement-breakpoint
CREATE INDEX `alert_episodes_raised` ON `alert_episodes` (`raised_at`);