-- Which creditors a person works for. Nobody's row means all of them.

CREATE TABLE user_creditor (
  workspace_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  creditor_id BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id, creditor_id)
);
