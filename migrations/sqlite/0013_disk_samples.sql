CREATE TABLE `disk_samples` (
	`site_id` integer NOT NULL,
	`folder` text NOT NULL,
	`at` integer NOT NULL,
	`used_bytes` integer NOT NULL,
	PRIMARY KEY(`site_id`, `folder`, `at`)
);
