CREATE TABLE `prediction_hours` (
	`model_id` integer NOT NULL,
	`start_at` integer NOT NULL,
	`defect_type` text NOT NULL,
	`predictions` integer NOT NULL,
	`confidence_sum` integer NOT NULL,
	`images` integer NOT NULL,
	`image_bytes` integer NOT NULL,
	PRIMARY KEY(`model_id`, `start_at`, `defect_type`)
);
--> statement-breakpoint
CREATE TABLE `prediction_models` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prediction_models_name` ON `prediction_models` (`site_id`,`name`,`version`);--> statement-breakpoint
CREATE TABLE `predictions` (
	`id` integer PRIMARY KEY NOT NULL,
	`site_id` integer NOT NULL,
	`image_id` text NOT NULL,
	`content_hash` text NOT NULL,
	`at` integer NOT NULL,
	`model_id` integer NOT NULL,
	`confidence` real NOT NULL,
	`is_defect` integer NOT NULL,
	`defect_type` text,
	`boxes` text NOT NULL,
	`inference_ms` real,
	`notes` text,
	`station` text,
	`part` text,
	`device_id` text,
	`image_path` text,
	`image_bytes` integer NOT NULL,
	`image_gone_at` integer,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `predictions_image` ON `predictions` (`image_id`);--> statement-breakpoint
CREATE INDEX `predictions_time` ON `predictions` (`site_id`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_defects` ON `predictions` (`site_id`,`is_defect`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_model` ON `predictions` (`model_id`,`at`);--> statement-breakpoint
CREATE INDEX `predictions_station` ON `predictions` (`site_id`,`station`,`at`);