-- +goose Up
-- What was applied, with the digest of its text: a migration that changes after its release is refused at start.
CREATE TABLE migration (
  module     TEXT NOT NULL,
  version    {{int}} NOT NULL,
  sha256     TEXT NOT NULL,
  applied_ms {{int}} NOT NULL,
  PRIMARY KEY (module, version)
) {{strict}};
