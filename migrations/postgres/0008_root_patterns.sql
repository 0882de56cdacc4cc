ALTER TABLE "roots" ADD COLUMN "file_name_regex" text;--> statement-breakpoint
ALTER TABLE "roots" ADD COLUMN "path_regex" text;--> statement-breakpoint
ALTER TABLE "roots" ADD COLUMN "verdict_words" text;--> statement-breakpoint
ALTER TABLE "roots" ADD COLUMN "added_at" bigint;--> statement-breakpoint
ALTER TABLE "roots" ADD COLUMN "reread_from" bigint;