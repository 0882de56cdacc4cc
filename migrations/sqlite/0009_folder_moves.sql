ALTER TABLE `directories` ADD `inode` integer;--> statement-breakpoint
ALTER TABLE `directories` ADD `moved_at` integer;