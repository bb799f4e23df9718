-- +goose Up
CREATE TABLE audit (
  id        {{int}} NOT NULL PRIMARY KEY,
  at_ms     {{int}} NOT NULL,
  actor     TEXT NOT NULL,
  action    TEXT NOT NULL,
  item      TEXT NOT NULL,
  salt      {{blob}} NOT NULL,
  digest    {{blob}} NOT NULL,
  sealed_ms {{int}}
) {{strict}};
CREATE INDEX audit_unsealed ON audit (id) WHERE sealed_ms IS NULL;
CREATE INDEX audit_item ON audit (item);

-- Old and new values stand apart from the row that proves them, so that erasing personal data leaves the proof whole.
CREATE TABLE audit_value (
  audit_id {{int}} NOT NULL PRIMARY KEY REFERENCES audit (id),
  old_json TEXT NOT NULL,
  new_json TEXT NOT NULL
) {{strict}};
