-- Who: workspaces, creditors, users, customers and how to reach them.
-- One text for both engines. Every key leads with workspace_id, so that the rows of a workspace
-- can be placed together when the database is distributed.

CREATE TABLE workspace (
  workspace_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id)
);

-- ledger_seq is the last sequence number given to a ledger entry of this creditor. Whoever posts
-- takes the numbers by updating this row, so entries become visible in the order of their numbers.
-- customer_seq grows with each change of a customer: who keeps customers in memory looks at it.
CREATE TABLE creditor (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  tax_id TEXT NOT NULL,
  country TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  locale TEXT NOT NULL,
  email TEXT,
  phone TEXT,
  address TEXT,
  how_to_pay TEXT,
  default_terms_days BIGINT NOT NULL,
  is_default BOOLEAN NOT NULL,
  ledger_seq BIGINT NOT NULL,
  customer_seq BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id)
);
CREATE UNIQUE INDEX creditor_code ON creditor (workspace_id, code);

CREATE TABLE app_user (
  workspace_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  locale TEXT NOT NULL,
  collector TEXT,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE UNIQUE INDEX app_user_email ON app_user (workspace_id, email);

CREATE TABLE session (
  workspace_id BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  user_id BIGINT NOT NULL,
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, token_hash)
);

-- Failed sign-ins, counted per e-mail and per address to slow down guessing.
CREATE TABLE sign_in_attempt (
  workspace_id BIGINT NOT NULL,
  subject TEXT NOT NULL,
  attempted_at BIGINT NOT NULL,
  attempt_id BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, subject, attempted_at, attempt_id)
);

-- version grows with each change of what the customer owes: taking it is taking the customer's turn.
CREATE TABLE customer (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  tax_id TEXT,
  country TEXT,
  person_kind TEXT NOT NULL,
  segment TEXT,
  collector TEXT,
  currency TEXT,
  terms_days BIGINT,
  credit_limit_minor BIGINT,
  locale TEXT,
  address TEXT,
  search_text TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, customer_id)
);
CREATE UNIQUE INDEX customer_code ON customer (workspace_id, creditor_id, code);
CREATE INDEX customer_tax_id ON customer (workspace_id, creditor_id, tax_id) WHERE tax_id IS NOT NULL;

CREATE TABLE contact_point (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  contact_point_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  person TEXT,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, customer_id, contact_point_id)
);

CREATE TABLE setting (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, name)
);
