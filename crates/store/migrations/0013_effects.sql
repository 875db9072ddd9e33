-- What is asked often of little: what a document replaced, when that is taken back; receivables that
-- ended; and what buyers and tax offices answered, without the rest of the history.

CREATE INDEX document_heir ON document (workspace_id, creditor_id, replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX ledger_entry_annul ON ledger_entry (workspace_id, creditor_id, receivable_id) WHERE kind = 'annul';
CREATE INDEX timeline_answer ON timeline (workspace_id, creditor_id, happened_on) WHERE kind IN ('document_delivered', 'document_goods_received', 'document_accepted', 'document_accepted_with_remarks', 'document_claimed', 'document_cancellation_requested', 'document_cancelled');
