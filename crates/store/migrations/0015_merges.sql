-- Customers that are one, and customers that belong together.

-- survivor_id is who stands for the customer: itself, unless it is merged. It follows from the rows
-- of customer_merge, and `puntual check` compares them. parent_id is the company it belongs to.
ALTER TABLE customer ADD COLUMN survivor_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN parent_id BIGINT;
UPDATE customer SET survivor_id = customer_id;
CREATE INDEX customer_survivor ON customer (workspace_id, creditor_id, survivor_id);
CREATE INDEX customer_parent ON customer (workspace_id, creditor_id, parent_id) WHERE parent_id IS NOT NULL;

-- A merge stands until it has a row of customer_unmerge. Neither is ever changed.
CREATE TABLE customer_merge (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  merge_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  into_id BIGINT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  merged_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, merge_id)
);

CREATE TABLE customer_unmerge (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  merge_id BIGINT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  unmerged_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, creditor_id, merge_id)
);

-- Two customers somebody looked at and said are not one: not proposed again while the row stands.
-- one_id is the smaller id.
CREATE TABLE likeness_dismissal (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  one_id BIGINT NOT NULL,
  other_id BIGINT NOT NULL,
  dismissal_id BIGINT NOT NULL,
  why TEXT,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  lifted_by TEXT,
  lifted_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, one_id, other_id, dismissal_id)
);
