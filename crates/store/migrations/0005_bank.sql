-- What banks say. Entries and statements are facts: inserted, never changed, except for what is
-- known of an entry's money elsewhere (linked_to, payment_id, link_why).

-- number is one writing of the account whatever the file (IBAN, CLABE or the bank's own), empty
-- where files name none. An account in two currencies is two accounts.
CREATE TABLE bank_account (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_account_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  currency TEXT NOT NULL,
  bank TEXT,
  name TEXT,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, bank_account_id)
);
CREATE UNIQUE INDEX bank_account_number ON bank_account (workspace_id, creditor_id, number, currency);

CREATE TABLE bank_statement (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_statement_id BIGINT NOT NULL,
  bank_account_id BIGINT NOT NULL,
  statement_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  source_id TEXT,
  sequence TEXT,
  from_on TEXT,
  to_on TEXT,
  opening_minor BIGINT,
  closing_minor BIGINT,
  entry_count BIGINT NOT NULL,
  credit_minor BIGINT NOT NULL,
  debit_minor BIGINT NOT NULL,
  place TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, bank_statement_id)
);
CREATE UNIQUE INDEX bank_statement_key ON bank_statement (workspace_id, creditor_id, statement_key);

-- Which entries a statement tells: overlapping statements tell one entry together.
CREATE TABLE bank_statement_entry (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_statement_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  bank_entry_id BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, bank_statement_id, ordinal)
);
CREATE INDEX bank_statement_entry_entry ON bank_statement_entry (workspace_id, creditor_id, bank_entry_id);

-- A movement of an account; positive is money that came in. entry_key tells a repeat, content_hash
-- a contradiction. linked_to is the entry that tells of the same money with more authority,
-- payment_id the recorded payment it is the money of, link_why what either was decided by; state
-- is what the entry is where nothing else tells of its money.
CREATE TABLE bank_entry (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_entry_id BIGINT NOT NULL,
  bank_account_id BIGINT NOT NULL,
  entry_key TEXT NOT NULL,
  content_hash BIGINT NOT NULL,
  message TEXT NOT NULL,
  is_booked BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  booked_on TEXT NOT NULL,
  value_on TEXT,
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  balance_minor BIGINT,
  original_amount TEXT,
  is_reversal BOOLEAN NOT NULL,
  bank_code TEXT,
  bank_reference TEXT,
  reference TEXT,
  creditor_reference TEXT,
  mandate TEXT,
  batch TEXT,
  counterparty_name TEXT,
  counterparty_tax_id TEXT,
  counterparty_account TEXT,
  text TEXT,
  return_reason TEXT,
  search_text TEXT NOT NULL,
  linked_to BIGINT,
  payment_id BIGINT,
  link_why TEXT,
  place TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, bank_entry_id)
);
CREATE UNIQUE INDEX bank_entry_key ON bank_entry (workspace_id, creditor_id, bank_account_id, entry_key);
CREATE INDEX bank_entry_account_day ON bank_entry (workspace_id, creditor_id, bank_account_id, booked_on);
CREATE INDEX bank_entry_day ON bank_entry (workspace_id, creditor_id, booked_on, bank_entry_id);
CREATE INDEX bank_entry_open ON bank_entry (workspace_id, creditor_id, amount_minor) WHERE state = 'open' AND linked_to IS NULL AND payment_id IS NULL;
CREATE INDEX bank_entry_payment ON bank_entry (workspace_id, creditor_id, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX bank_entry_linked_to ON bank_entry (workspace_id, creditor_id, linked_to) WHERE linked_to IS NOT NULL;

-- The single transactions of an entry that books several.
CREATE TABLE bank_entry_detail (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  bank_entry_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  amount_minor BIGINT,
  currency TEXT NOT NULL,
  end_to_end TEXT,
  bank_reference TEXT,
  creditor_reference TEXT,
  mandate TEXT,
  counterparty_name TEXT,
  counterparty_tax_id TEXT,
  counterparty_account TEXT,
  text TEXT,
  return_reason TEXT,
  return_text TEXT,
  PRIMARY KEY (workspace_id, creditor_id, bank_entry_id, line)
);

-- What became of a direct debit or transfer: once per instruction, whether an answer (pain.002),
-- an entry of the account (bank_entry_id) or both say so.
CREATE TABLE debit_result (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  debit_result_id BIGINT NOT NULL,
  instruction_key TEXT NOT NULL,
  original_message TEXT,
  original_batch TEXT,
  end_to_end TEXT,
  mandate TEXT,
  amount_minor BIGINT,
  currency TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  reason_text TEXT,
  resulted_on TEXT NOT NULL,
  bank_entry_id BIGINT,
  payment_id BIGINT,
  place TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, debit_result_id)
);
CREATE INDEX debit_result_instruction ON debit_result (workspace_id, creditor_id, instruction_key);
