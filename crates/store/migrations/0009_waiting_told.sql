-- Disputes, promises and events that name a document not seen yet wait with the applications. A note
-- is the reason as told; a holder is who got the claim, by the assignment of that sequence.

ALTER TABLE pending_application ADD COLUMN note TEXT;
ALTER TABLE pending_application ADD COLUMN holder TEXT;
ALTER TABLE pending_application ADD COLUMN sequence BIGINT;
