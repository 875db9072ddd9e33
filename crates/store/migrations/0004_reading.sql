-- Indexes the screens read by. Partial, so that an import pays for them only where they serve:
-- most documents are invoices and most payments are applied whole.

CREATE INDEX document_kind ON document (workspace_id, creditor_id, kind, customer_id, issue_date) WHERE kind <> 'invoice';
CREATE INDEX payment_open ON payment (workspace_id, creditor_id, customer_id) WHERE unapplied_minor > 0;
CREATE INDEX action_open ON action (workspace_id, creditor_id, planned_on) WHERE done_at IS NULL;
