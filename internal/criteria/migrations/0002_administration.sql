-- +goose Up
-- Who brought a version or a decision in; '' = the release itself, or before this was kept.
ALTER TABLE criteria_set_version ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE criteria_override ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- A file of a set or of a decision between its check and its confirmation. body is the file that will be stored, emptied
-- when it was decided on; base is the digest of the version that a workbook was made from.
CREATE TABLE criteria_upload (
  id         {{int}} NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('set', 'override')),
  set_code   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'written', 'dropped')),
  file       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  base       TEXT NOT NULL,
  body       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX criteria_upload_set ON criteria_upload (set_code, id);

-- Somebody held an indicator against the source. content is the digest of what was read: the record counts for every version
-- in which the indicator says the same. Withdrawing is a row of its own; of one indicator and content the newest row counts.
CREATE TABLE criteria_verification (
  id          {{int}} NOT NULL PRIMARY KEY,
  set_code    TEXT NOT NULL,
  indicator   TEXT NOT NULL,
  content     TEXT NOT NULL,
  source      TEXT NOT NULL,
  {{bool withdrawn}} NOT NULL,
  actor       TEXT NOT NULL,
  recorded_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX criteria_verification_set ON criteria_verification (set_code, id);
