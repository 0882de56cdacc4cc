CREATE TABLE `station_aliases` (
	`site_id` integer NOT NULL,
	`source` text NOT NULL,
	`external_name` text NOT NULL,
	`station_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `source`, `external_name`)
);
--> statement-breakpoint
ALTER TABLE `stations` ADD `hidden_at` integer;--> statement-breakpoint
ALTER TABLE `stations` ADD `merged_into` integer;