ALTER TABLE "directories" ADD COLUMN "inode" bigint;--> statement-breakpoint
ALTER TABLE "directories" ADD COLUMN "moved_at" bigint;