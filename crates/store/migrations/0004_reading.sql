-- Indexes the screens read by. Partial, so that writers pay for them only where they serve: most
-- documents are invoices and most actions are done.

CREATE INDEX document_kind ON document (workspace_id, creditor_id, kind, customer_id, issue_date) WHERE kind <> 'invoice';
CREATE INDEX action_open ON action (workspace_id, creditor_id, planned_on) WHERE done_at IS NULL;
