-- What became of each file of a batch, in the order the files were read.

CREATE TABLE import_file (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  status TEXT NOT NULL,
  read_count BIGINT NOT NULL,
  accepted_count BIGINT NOT NULL,
  duplicate_count BIGINT NOT NULL,
  quarantined_count BIGINT NOT NULL,
  rejected_count BIGINT NOT NULL,
  ignored_count BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, import_id, line)
);
