-- Debts somebody asked to give up for more than may be given up alone. decided_by is another person;
-- an approved request has its ledger entries, a refused one has none.
CREATE TABLE write_off_request (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  request_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_on TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  decided_on TEXT,
  decided_by TEXT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, request_id)
);
CREATE INDEX write_off_request_document ON write_off_request (workspace_id, creditor_id, document_id);
