-- What is owed and what was paid. Rows of this file are facts: documents, payments and ledger
-- entries are inserted and never changed, except the cached balances (open_minor,
-- unapplied_minor), which `puntual check` compares with a replay of the ledger.

-- doc_key is the document's business key (official uid, or issuer, type and number); content_hash
-- tells a repeat from a conflict. An undone document keeps its row and gives its key back.
CREATE TABLE document (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  type_code TEXT,
  number TEXT NOT NULL,
  uid TEXT,
  doc_key TEXT NOT NULL,
  content_hash BIGINT NOT NULL,
  issue_date TEXT NOT NULL,
  currency TEXT NOT NULL,
  net_minor BIGINT,
  tax_minor BIGINT,
  withheld_minor BIGINT,
  total_minor BIGINT NOT NULL,
  unapplied_minor BIGINT NOT NULL,
  payment_terms TEXT,
  payment_method TEXT,
  assigned_to TEXT,
  replaced_by TEXT,
  import_id BIGINT,
  source_place TEXT,
  source_hash TEXT,
  undone_at BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, document_id)
);
CREATE UNIQUE INDEX document_key ON document (workspace_id, creditor_id, doc_key);
CREATE INDEX document_number ON document (workspace_id, creditor_id, number);
CREATE INDEX document_unapplied ON document (workspace_id, creditor_id, customer_id) WHERE unapplied_minor <> 0;

CREATE TABLE document_reference (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  effect TEXT NOT NULL,
  target_key TEXT NOT NULL,
  label TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (workspace_id, creditor_id, document_id, line)
);
CREATE INDEX document_reference_target ON document_reference (workspace_id, creditor_id, target_key) WHERE effect <> 'mentions';
CREATE INDEX document_reference_replaces ON document_reference (workspace_id, creditor_id, target_key) WHERE effect = 'replaces';

-- One amount due on one date: what is aged, dunned and paid.
CREATE TABLE receivable (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  receivable_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  document_id BIGINT NOT NULL,
  instalment BIGINT NOT NULL,
  issue_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  due_source TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  open_minor BIGINT NOT NULL,
  is_sale BOOLEAN NOT NULL,
  recorded_on TEXT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, receivable_id)
);
CREATE INDEX receivable_document ON receivable (workspace_id, creditor_id, document_id);
CREATE INDEX receivable_open ON receivable (workspace_id, creditor_id, customer_id) WHERE open_minor <> 0;

CREATE TABLE payment (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  pay_key TEXT NOT NULL,
  content_hash BIGINT NOT NULL,
  number TEXT,
  received_on TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  unapplied_minor BIGINT NOT NULL,
  method TEXT,
  reference TEXT,
  import_id BIGINT,
  reversed_at BIGINT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, payment_id)
);
CREATE UNIQUE INDEX payment_key ON payment (workspace_id, creditor_id, pay_key);
CREATE INDEX payment_customer ON payment (workspace_id, creditor_id, customer_id, received_on);
CREATE INDEX payment_unapplied ON payment (workspace_id, creditor_id, customer_id) WHERE unapplied_minor <> 0;

-- The ledger. One row is one transfer: it debits one account and credits another by the same
-- positive amount, so no transaction can be out of balance; rows with one tx_id belong together.
-- effective_on is when the fact took effect, recorded_on (and recorded_at, to the millisecond)
-- when it became known. source_id is the payment or credit note the money comes from.
CREATE TABLE ledger_entry (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  tx_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  receivable_id BIGINT,
  source_id BIGINT,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  effective_on TEXT NOT NULL,
  recorded_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  reverses_seq BIGINT,
  import_id BIGINT,
  actor TEXT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, seq),
  CHECK (debit <> credit)
);
CREATE INDEX ledger_entry_receivable ON ledger_entry (workspace_id, creditor_id, receivable_id) WHERE receivable_id IS NOT NULL;
CREATE INDEX ledger_entry_source ON ledger_entry (workspace_id, creditor_id, source_id) WHERE source_id IS NOT NULL;

-- An application that names a document or a payment not seen yet (target_key), settled when it
-- arrives; other_key names the other side when that is not stored either. Rows of an allocations
-- file do not say their currency: they wait with the amount as written (amount_text).
CREATE TABLE pending_application (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  target_key TEXT NOT NULL,
  pending_id BIGINT NOT NULL,
  other_key TEXT,
  kind TEXT NOT NULL,
  source_id BIGINT,
  amount_minor BIGINT,
  amount_text TEXT,
  currency TEXT,
  effective_on TEXT NOT NULL,
  recorded_on TEXT NOT NULL,
  place TEXT NOT NULL,
  import_id BIGINT,
  settled_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, target_key, pending_id)
);
CREATE INDEX pending_application_waiting ON pending_application (workspace_id, creditor_id, pending_id) WHERE settled_at IS NULL;

-- Smallest units of the creditor's currency, times 10 000, per one unit of `currency`.
CREATE TABLE exchange_rate (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  rate_on TEXT NOT NULL,
  base_minor_e4 BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, currency, rate_on)
);

CREATE TABLE import_batch (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  undone_at BIGINT,
  actor TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  files BIGINT NOT NULL,
  read_count BIGINT NOT NULL,
  accepted_count BIGINT NOT NULL,
  duplicate_count BIGINT NOT NULL,
  quarantined_count BIGINT NOT NULL,
  rejected_count BIGINT NOT NULL,
  ignored_count BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, import_id)
);

-- What was not simply accepted: problems, and documents waiting for a decision.
CREATE TABLE import_issue (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  issue_id BIGINT NOT NULL,
  file TEXT NOT NULL,
  place TEXT NOT NULL,
  status TEXT NOT NULL,
  code TEXT NOT NULL,
  message_es TEXT NOT NULL,
  message_en TEXT NOT NULL,
  doc_key TEXT,
  source_hash TEXT,
  decision TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, import_id, issue_id)
);

-- The bytes as they arrived, once per content.
CREATE TABLE source_file (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  source_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  content BYTEA,
  first_import_id BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, source_hash)
);

CREATE TABLE saved_mapping (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  header_key TEXT NOT NULL,
  mapping TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, name)
);
