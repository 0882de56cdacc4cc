CREATE TABLE `shift_plans` (
	`site_id` integer NOT NULL,
	`line_id` integer NOT NULL,
	`from_date` text NOT NULL,
	`plan` text NOT NULL,
	`set_by` text NOT NULL,
	`set_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `line_id`, `from_date`)
);
