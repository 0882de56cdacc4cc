CREATE TABLE `prediction_hours` (
	`model_id` bigint NOT NULL,
	`start_at` bigint NOT NULL,
	`defect_type` varchar(100) NOT NULL,
	`predictions` bigint NOT NULL,
	`confidence_sum` bigint NOT NULL,
	`images` bigint NOT NULL,
	`image_bytes` bigint NOT NULL,
	CONSTRAINT `prediction_hours_model_id_start_at_defect_type_pk` PRIMARY KEY(`model_id`,`start_at`,`defect_type`)
);
--> statement-breakpoint
CREATE TABLE `prediction_models` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`name` varchar(100) NOT NULL,
	`version` varchar(50) NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `prediction_models_id` PRIMARY KEY(`id`),
	CONSTRAINT `prediction_models_name` UNIQUE(`site_id`,`name`,`version`)
);
--> statement-breakpoint
CREATE TABLE `predictions` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`site_id` bigint NOT NULL,
	`image_id` varchar(255) NOT NULL,
	`content_hash` varchar(43) NOT NULL,
	`at` bigint NOT NULL,
	`model_id` bigint NOT NULL,
	`confidence` double NOT NULL,
	`is_defect` boolean NOT NULL,
	`defect_type` varchar(100),
	`boxes` json NOT NULL,
	`inference_ms` double,
	`notes` varchar(4000),
	`station` varchar(255),
	`part` varchar(255),
	`device_id` varchar(100),
	`image_path` varchar(500),
	`image_bytes` bigint NOT NULL,
	`image_gone_at` bigint,
	`received_at` bigint NOT NULL,
	CONSTRAINT `predictions_id` PRIMARY KEY(`id`),
	CONSTRAINT `predictions_image` UNIQUE(`image_id`)
);
--> statement-breakpoint
CREATE INDEX `predictions_time` ON `predictions` (`site_id`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_defects` ON `predictions` (`site_id`,`is_defect`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_model` ON `predictions` (`model_id`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_station` ON `predictions` (`site_id`,`station`,`at`);