CREATE TABLE "shift_plans" (
	"site_id" bigint NOT NULL,
	"line_id" bigint NOT NULL,
	"from_date" text NOT NULL,
	"plan" jsonb NOT NULL,
	"set_by" text NOT NULL,
	"set_at" bigint NOT NULL,
	CONSTRAINT "shift_plans_site_id_line_id_from_date_pk" PRIMARY KEY("site_id","line_id","from_date")
);
