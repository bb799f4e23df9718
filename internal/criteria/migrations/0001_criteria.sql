-- +goose Up
-- A version of a criteria set is never changed: a changed file is a new row. The newest row of a code counts.
CREATE TABLE criteria_set_version (
  id        {{int}} NOT NULL PRIMARY KEY,
  code      TEXT NOT NULL,
  sha256    TEXT NOT NULL,
  file      TEXT NOT NULL,
  body      TEXT NOT NULL,
  {{bool shipped}} NOT NULL,
  loaded_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX criteria_set_version_code ON criteria_set_version (code, id);

-- Provincial decisions that set thresholds. A corrected file of the same decision is a new row and replaces the older one.
CREATE TABLE criteria_override (
  id         {{int}} NOT NULL PRIMARY KEY,
  set_code   TEXT NOT NULL,
  decision   TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  file       TEXT NOT NULL,
  body       TEXT NOT NULL,
  {{bool illustrative}} NOT NULL,
  loaded_ms  {{int}} NOT NULL
) {{strict}};
CREATE INDEX criteria_override_set ON criteria_override (set_code, id);
