-- Agreements: new due dates for old debts. What was agreed does not change; state and who moved it
-- do, each change with a line on the timeline.

-- least_role is who may approve; a novation that was accepted has the document its instalments
-- belong to, and the transaction that moved the balances.
CREATE TABLE agreement (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  agreement_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  currency TEXT NOT NULL,
  nature TEXT NOT NULL,
  state TEXT NOT NULL,
  debt_minor BIGINT NOT NULL,
  discount_minor BIGINT NOT NULL,
  interest_minor BIGINT NOT NULL,
  rate_ppm BIGINT NOT NULL,
  day_count TEXT NOT NULL,
  grace_days BIGINT NOT NULL,
  least_role TEXT NOT NULL,
  note TEXT,
  content_hash BIGINT NOT NULL,
  proposed_on TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  approved_by TEXT,
  accepted_on TEXT,
  accepted_by TEXT,
  evidence TEXT,
  document_id BIGINT,
  tx_id BIGINT,
  ended_on TEXT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, agreement_id)
);
CREATE INDEX agreement_customer ON agreement (workspace_id, creditor_id, customer_id);
CREATE INDEX agreement_accepted ON agreement (workspace_id, creditor_id, agreement_id) WHERE state = 'accepted';

-- What an agreement covers: what was open of each receivable when it was proposed.
CREATE TABLE agreement_debt (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  agreement_id BIGINT NOT NULL,
  receivable_id BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, agreement_id, receivable_id)
);
CREATE INDEX agreement_debt_receivable ON agreement_debt (workspace_id, creditor_id, receivable_id);

-- receivable_id is the receivable a novation made of the instalment.
CREATE TABLE agreement_instalment (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  agreement_id BIGINT NOT NULL,
  instalment BIGINT NOT NULL,
  due_date TEXT NOT NULL,
  principal_minor BIGINT NOT NULL,
  interest_minor BIGINT NOT NULL,
  receivable_id BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, agreement_id, instalment)
);
