-- Spreads a migrated database over several servers with Citus, when one is outgrown:
--   psql "$PUNTUAL_DB" -f deploy/citus.sql
-- Run once on the coordinator, after `puntual migrate` and with no node of the program running.
-- Every key leads with workspace_id and no row refers to another workspace, so the rows of one
-- workspace stand together on one server and no query of the program crosses servers.
-- schema_migration stays on the coordinator. tidy.rs checks that every table is here.
BEGIN;
CREATE EXTENSION IF NOT EXISTS citus;

SELECT create_distributed_table('workspace', 'workspace_id');
SELECT create_distributed_table('creditor', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('app_user', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('session', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('sign_in_attempt', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('customer', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('contact_point', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('setting', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('user_creditor', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('document', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('document_reference', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('receivable', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('payment', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('ledger_entry', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('pending_application', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('exchange_rate', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('import_batch', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('import_issue', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('import_file', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('source_file', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('customer_merge', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('customer_unmerge', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('likeness_dismissal', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('saved_mapping', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('import_reading', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('arrival', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('api_token', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_account', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_statement', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_statement_entry', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_entry', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_entry_detail', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('debit_result', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('payer_alias', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('bank_decision', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('mandate', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('remittance', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('remittance_line', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('promise', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('dispute', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('interest_rate', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('write_off_request', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('charge_note', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('agreement', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('agreement_debt', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('agreement_instalment', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('hold', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('strategy_version', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('strategy_assignment', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('day_run', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('action', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('action_receivable', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('outbox', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('timeline', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('guard_block', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('guard_waiver', 'workspace_id', colocate_with => 'workspace');
SELECT create_distributed_table('guard_file', 'workspace_id', colocate_with => 'workspace');

COMMIT;
