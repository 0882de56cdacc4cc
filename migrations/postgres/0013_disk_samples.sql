CREATE TABLE "disk_samples" (
	"site_id" bigint NOT NULL,
	"folder" text NOT NULL,
	"at" bigint NOT NULL,
	"used_bytes" bigint NOT NULL,
	CONSTRAINT "disk_samples_site_id_folder_at_pk" PRIMARY KEY("site_id","folder","at")
);
