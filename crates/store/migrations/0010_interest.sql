-- Late interest: rates people load, and what was charged of it.

-- A rate of a series for some days, in parts per million a year. Rows are added and never changed:
-- of two that cover a day the later one holds, and any goes before those the program brings.
CREATE TABLE interest_rate (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  interest_rate_id BIGINT NOT NULL,
  series TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  rate_ppm BIGINT NOT NULL,
  source TEXT NOT NULL,
  verified_on TEXT NOT NULL,
  confidence TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, interest_rate_id)
);

-- What a document of kind charge_note charges: interest of another document through a day, and the
-- law's compensation. explanation is the claim as it was then, JSON. A note taken back has its
-- document undone.
CREATE TABLE charge_note (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  charged_document_id BIGINT NOT NULL,
  charged_through TEXT NOT NULL,
  interest_minor BIGINT NOT NULL,
  compensation_minor BIGINT NOT NULL,
  law TEXT NOT NULL,
  explanation TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, document_id)
);
CREATE INDEX charge_note_charged ON charge_note (workspace_id, creditor_id, charged_document_id);
