-- The law of contact: what it blocked, what a supervisor set aside, and a workspace's own rules.

-- A contact the rules forbade, when it was planned or when it was about to leave. Append-only, and
-- told on the customer's timeline by the event of the same id. block_key is stage, step, channel,
-- rule and the moment it was put off to: the same attempt on the next day is the same block.
CREATE TABLE guard_block (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  block_key TEXT NOT NULL,
  event_id BIGINT NOT NULL,
  blocked_on TEXT NOT NULL,
  stage TEXT NOT NULL,
  channel TEXT NOT NULL,
  step TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  not_before TEXT,
  counters TEXT NOT NULL,
  message_id BIGINT,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, customer_id, block_key)
);
CREATE INDEX guard_block_day ON guard_block (workspace_id, creditor_id, blocked_on);

-- A policy of ours set aside for a customer until a day, with the reason. Append-only; told on the
-- timeline by the event of the same id.
CREATE TABLE guard_waiver (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  rule_id TEXT NOT NULL,
  until TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, event_id)
);
CREATE INDEX guard_waiver_customer ON guard_waiver (workspace_id, creditor_id, customer_id);

-- The workspace's own rule file, every version; the newest counts.
CREATE TABLE guard_file (
  workspace_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  rules TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, file_id)
);

-- An agency counts its contacts with a person over all its creditors.
CREATE INDEX customer_tax_id_of_workspace ON customer (workspace_id, tax_id);
