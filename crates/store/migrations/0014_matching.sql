-- What people decided about bank lines. What a line may pay is worked out anew whenever it is
-- looked at; only these decisions are kept.

-- What a payer is called on bank lines: an account or a name, confirmed by a person. Two customers
-- under one key say nothing. A confirmation taken back keeps its row.
CREATE TABLE payer_alias (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  alias_kind TEXT NOT NULL,
  alias_key TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  bank_entry_id BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  removed_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, alias_kind, alias_key, customer_id)
);

-- A line a person said is no payment of a customer, and why. Taken back it keeps its row.
CREATE TABLE bank_decision (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_decision_id BIGINT NOT NULL,
  bank_entry_id BIGINT NOT NULL,
  decision TEXT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  undone_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, bank_decision_id)
);
CREATE INDEX bank_decision_entry ON bank_decision (workspace_id, creditor_id, bank_entry_id);
