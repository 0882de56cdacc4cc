ALTER TABLE `roots` ADD `file_name_regex` varchar(1000);--> statement-breakpoint
ALTER TABLE `roots` ADD `path_regex` varchar(1000);--> statement-breakpoint
ALTER TABLE `roots` ADD `verdict_words` varchar(500);--> statement-breakpoint
ALTER TABLE `roots` ADD `added_at` bigint;--> statement-breakpoint
ALTER TABLE `roots` ADD `reread_from` bigint;