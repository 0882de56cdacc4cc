CREATE TABLE `walls` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`name` varchar(100) NOT NULL,
	`former_names` json NOT NULL,
	`tiles` json NOT NULL,
	`period` varchar(20) NOT NULL,
	`dwell_sec` bigint NOT NULL,
	`changed_at` bigint NOT NULL,
	`changed_by` varchar(150) NOT NULL,
	CONSTRAINT `walls_id` PRIMARY KEY(`id`),
	CONSTRAINT `walls_name` UNIQUE(`site_id`,`name`)
);
