-- Strategies as text, each version once: draft -> published -> retired. A published text never
-- changes. Running cases finish the version they began with, unless it was migrated.

CREATE TABLE strategy_version (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  published_by TEXT,
  published_at BIGINT,
  migrated_by TEXT,
  migrated_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, code, version)
);

-- Which strategy is for whom: one customer, or all whom the criteria hold for, the lowest priority
-- number first. An assignment that ended stays as history.
CREATE TABLE strategy_assignment (
  workspace_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  assignment_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  customer_id BIGINT,
  criteria TEXT NOT NULL,
  priority BIGINT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  ended_by TEXT,
  ended_at BIGINT,
  PRIMARY KEY (workspace_id, creditor_id, assignment_id)
);

-- What a person decided about a planned action: who, when, and what to mind when doing it.
ALTER TABLE action ADD COLUMN responsible TEXT;
ALTER TABLE action ADD COLUMN note TEXT;
ALTER TABLE action ADD COLUMN decided_by TEXT;
ALTER TABLE action ADD COLUMN decided_at BIGINT;
