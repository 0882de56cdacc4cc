ALTER TABLE `directories` ADD `inode` bigint;--> statement-breakpoint
ALTER TABLE `directories` ADD `moved_at` bigint;