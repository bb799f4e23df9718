-- +goose Up
-- changed_rev is the revision of the values and of the hamlets (names in package db's table revision) at which a row was
-- written last: what was written after somebody looked can be told from the rest. 0 = before it was counted.
ALTER TABLE unit_attribute ADD COLUMN changed_rev {{int}} NOT NULL DEFAULT 0;
ALTER TABLE hamlet ADD COLUMN changed_rev {{int}} NOT NULL DEFAULT 0;
