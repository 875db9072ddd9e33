-- Direct debits. A mandate is what a customer signed; the batch and its lines are what was sent and are
-- never changed, except for the payment a line became and how the batch ended.

CREATE TABLE mandate (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  mandate_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  reference TEXT NOT NULL,
  scheme TEXT NOT NULL,
  is_recurrent BOOLEAN NOT NULL,
  signed_on TEXT NOT NULL,
  holder TEXT NOT NULL,
  iban TEXT NOT NULL,
  revoked_on TEXT,
  revoked_why TEXT,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, mandate_id)
);
CREATE UNIQUE INDEX mandate_reference ON mandate (workspace_id, creditor_id, reference);

CREATE TABLE remittance (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  remittance_id BIGINT NOT NULL,
  message TEXT NOT NULL,
  collect_on TEXT NOT NULL,
  notify_on TEXT NOT NULL,
  total_minor BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  credited_at BIGINT,
  cancelled_at BIGINT,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, remittance_id)
);

CREATE TABLE remittance_line (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  remittance_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  end_to_end TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  receivable_id BIGINT NOT NULL,
  mandate_id BIGINT NOT NULL,
  sequence TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  text TEXT NOT NULL,
  payment_id BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, remittance_id, line)
);
CREATE UNIQUE INDEX remittance_line_end_to_end ON remittance_line (workspace_id, creditor_id, end_to_end);
CREATE INDEX remittance_line_receivable ON remittance_line (workspace_id, creditor_id, receivable_id);
