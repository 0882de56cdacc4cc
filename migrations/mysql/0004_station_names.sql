CREATE TABLE `station_aliases` (
	`site_id` bigint NOT NULL,
	`source` varchar(32) NOT NULL,
	`external_name` varchar(255) NOT NULL,
	`station_id` bigint NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `station_aliases_site_id_source_external_name_pk` PRIMARY KEY(`site_id`,`source`,`external_name`)
);
--> statement-breakpoint
ALTER TABLE `stations` ADD `hidden_at` bigint;--> statement-breakpoint
ALTER TABLE `stations` ADD `merged_into` bigint;