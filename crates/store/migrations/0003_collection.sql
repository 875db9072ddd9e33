-- Collecting: states someone put (each a row with who, when, why and until), the plan of a day,
-- the messages that leave, and the history of what happened.

CREATE TABLE promise (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  document_id BIGINT,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  promised_on TEXT NOT NULL,
  made_on TEXT NOT NULL,
  state TEXT NOT NULL,
  judged_on TEXT,
  note TEXT,
  actor TEXT NOT NULL,
  import_id BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, promise_id)
);
CREATE INDEX promise_customer ON promise (workspace_id, creditor_id, customer_id);

CREATE TABLE dispute (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  dispute_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  amount_minor BIGINT,
  reason TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  closed_on TEXT,
  resolution TEXT,
  actor TEXT NOT NULL,
  import_id BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, dispute_id)
);
CREATE INDEX dispute_customer ON dispute (workspace_id, creditor_id, customer_id);

CREATE TABLE hold (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  hold_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  since TEXT NOT NULL,
  until TEXT,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  lifted_at BIGINT,
  import_id BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, hold_id)
);
CREATE INDEX hold_customer ON hold (workspace_id, creditor_id, customer_id);

-- One row per creditor and day: the day runs once. Customers up to through_customer_id are planned,
-- so that a run that was killed goes on where it stopped.
CREATE TABLE day_run (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  run_on TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  through_customer_id BIGINT NOT NULL,
  planned BIGINT NOT NULL,
  queued BIGINT NOT NULL,
  tasks BIGINT NOT NULL,
  deferred BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, run_on)
);

-- A planned action. plan_key is strategy, version, step, customer, currency, channel, day and the
-- receivables concerned: planning twice meets the same row. Actions of several currencies that
-- leave in one message share message_id.
CREATE TABLE action (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  action_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  strategy TEXT NOT NULL,
  step TEXT NOT NULL,
  step_index BIGINT NOT NULL,
  channel TEXT NOT NULL,
  planned_on TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  state TEXT NOT NULL,
  reasons TEXT NOT NULL,
  message_id BIGINT,
  not_before_at BIGINT,
  done_at BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, action_id)
);
CREATE UNIQUE INDEX action_plan_key ON action (workspace_id, creditor_id, plan_key);
CREATE INDEX action_customer ON action (workspace_id, creditor_id, customer_id);
CREATE INDEX action_planned_on ON action (workspace_id, creditor_id, planned_on);
CREATE INDEX action_message ON action (workspace_id, creditor_id, message_id) WHERE message_id IS NOT NULL;

-- Which receivables an action is about, and the step each of them has reached with it: its own,
-- which may be milder than the action's. The row goes when the action is dropped unsent.
CREATE TABLE action_receivable (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  receivable_id BIGINT NOT NULL,
  strategy TEXT NOT NULL,
  step_index BIGINT NOT NULL,
  step TEXT NOT NULL,
  offset_days BIGINT NOT NULL,
  action_id BIGINT NOT NULL,
  claimed_minor BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, receivable_id, strategy, step_index)
);
CREATE INDEX action_receivable_action ON action_receivable (workspace_id, creditor_id, action_id);

-- Messages. queued -> sending -> sent | failed | unknown, or dropped with the reason. A row in
-- `sending` whose lease ran out may have left: it becomes `unknown` and asks a person.
CREATE TABLE outbox (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  action_id BIGINT,
  customer_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  locale TEXT NOT NULL,
  state TEXT NOT NULL,
  why TEXT,
  subject TEXT,
  body_text TEXT,
  body_html TEXT,
  claimed_minor BIGINT,
  currency TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  not_before_at BIGINT NOT NULL,
  lease_until_at BIGINT,
  lease_owner TEXT,
  reply TEXT,
  queued_at BIGINT NOT NULL,
  released_at BIGINT,
  sent_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, message_id)
);
CREATE INDEX outbox_due ON outbox (workspace_id, creditor_id, state, not_before_at);
CREATE INDEX outbox_customer ON outbox (workspace_id, creditor_id, customer_id);

-- What happened with a customer that no other table says: contacts, notes, promises made and
-- judged, messages sent and dropped. Append-only. Documents and payments are read from their own
-- tables and shown on the same line of time.
CREATE TABLE timeline (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  happened_on TEXT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT,
  outcome TEXT,
  body TEXT,
  subject_id BIGINT,
  balance_minor BIGINT,
  currency TEXT,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, customer_id, event_id)
);
CREATE INDEX timeline_day ON timeline (workspace_id, creditor_id, happened_on);
