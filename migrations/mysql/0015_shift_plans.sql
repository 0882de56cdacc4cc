CREATE TABLE `shift_plans` (
	`site_id` bigint NOT NULL,
	`line_id` bigint NOT NULL,
	`from_date` varchar(10) NOT NULL,
	`plan` json NOT NULL,
	`set_by` varchar(150) NOT NULL,
	`set_at` bigint NOT NULL,
	CONSTRAINT `shift_plans_site_id_line_id_from_date_pk` PRIMARY KEY(`site_id`,`line_id`,`from_date`)
);
