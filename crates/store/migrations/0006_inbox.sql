-- What came in by itself, and how it was read.

-- How the files of a batch were read where that was not left to the program: what waits is read the
-- same way again when a person decides.
CREATE TABLE import_reading (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  mapping TEXT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, import_id)
);

-- Each thing that came by a door of its own: upload, folder, mail, api. arrival_key is what makes it
-- the same thing when it comes again (message and attachment, the caller's key); content_hash tells
-- a repeat from another content under the same key. state is `taken` until what became of it is
-- known, then `done` or `failed`. answer is what its sender was told.
CREATE TABLE arrival (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  arrival_id BIGINT NOT NULL,
  arrival_key TEXT NOT NULL,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  size BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  import_id BIGINT,
  why_es TEXT,
  why_en TEXT,
  answer TEXT,
  actor TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, arrival_id)
);
CREATE UNIQUE INDEX arrival_key ON arrival (workspace_id, creditor_id, arrival_key);
CREATE INDEX arrival_import ON arrival (workspace_id, creditor_id, import_id) WHERE import_id IS NOT NULL;

-- Keys with which programs speak for a person. Only the hash is kept; token_start is what the
-- person recognises it by.
CREATE TABLE api_token (
  workspace_id BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  user_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  token_start TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_by TEXT,
  revoked_at BIGINT,
  PRIMARY KEY (workspace_id, token_hash)
);
