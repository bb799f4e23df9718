-- +goose Up
-- Validity is half-open: valid_from is the first day ('' = before this data begins), valid_until the first day after
-- ('9999-12-31' = still there).
CREATE TABLE unit (
  id          {{int}} NOT NULL PRIMARY KEY,
  code        TEXT NOT NULL,
  level       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  name_en     TEXT NOT NULL,
  alt_names   TEXT NOT NULL,
  name_fold   TEXT NOT NULL,
  name_sort   TEXT NOT NULL,
  valid_from  TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  {{bool home}} NOT NULL,
  basis       TEXT NOT NULL,
  CHECK (valid_from < valid_until)
) {{strict}};
CREATE INDEX unit_code ON unit (code, valid_from);

CREATE TABLE unit_parent (
  unit_id     {{int}} NOT NULL REFERENCES unit (id),
  hierarchy   TEXT NOT NULL,
  parent_id   {{int}} NOT NULL REFERENCES unit (id),
  valid_from  TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  PRIMARY KEY (unit_id, hierarchy, valid_from),
  CHECK (valid_from < valid_until)
) {{strict}};

-- What became of a unit: a row says that from_id, or a part of it, went into to_id.
CREATE TABLE unit_lineage (
  from_id  {{int}} NOT NULL REFERENCES unit (id),
  to_id    {{int}} NOT NULL REFERENCES unit (id),
  on_date  TEXT NOT NULL,
  {{bool whole}} NOT NULL,
  kind     TEXT NOT NULL,
  basis    TEXT NOT NULL,
  PRIMARY KEY (from_id, to_id)
) {{strict}};
CREATE INDEX unit_lineage_to ON unit_lineage (to_id);

-- An empty value says that a decision ended the attribute.
CREATE TABLE unit_attribute (
  unit_id     {{int}} NOT NULL REFERENCES unit (id),
  attribute   TEXT NOT NULL,
  value       TEXT NOT NULL,
  valid_from  TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  decision    TEXT NOT NULL,
  {{bool illustrative}} NOT NULL,
  PRIMARY KEY (unit_id, attribute, valid_from),
  CHECK (valid_from < valid_until)
) {{strict}};
