ALTER TABLE `roots` ADD `file_name_regex` text;--> statement-breakpoint
ALTER TABLE `roots` ADD `path_regex` text;--> statement-breakpoint
ALTER TABLE `roots` ADD `verdict_words` text;--> statement-breakpoint
ALTER TABLE `roots` ADD `added_at` integer;--> statement-breakpoint
ALTER TABLE `roots` ADD `reread_from` integer;