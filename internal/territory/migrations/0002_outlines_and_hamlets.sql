-- +goose Up
-- A file of boundaries of which outlines are in use. on_date is the day whose units its codes named.
CREATE TABLE outline_source (
  id        {{int}} NOT NULL PRIMARY KEY,
  level     TEXT NOT NULL,
  on_date   TEXT NOT NULL,
  file_name TEXT NOT NULL,
  digest    TEXT NOT NULL,
  source    TEXT NOT NULL,
  {{bool illustrative}} NOT NULL,
  at_ms     {{int}} NOT NULL,
  actor     TEXT NOT NULL
) {{strict}};

-- The outline of a unit: as it came (GeoJSON geometry), and thinned out together with its neighbours for pictures.
CREATE TABLE unit_outline (
  unit_id   {{int}} NOT NULL PRIMARY KEY REFERENCES unit (id),
  source_id {{int}} NOT NULL REFERENCES outline_source (id),
  digest    TEXT NOT NULL,
  geometry  TEXT NOT NULL,
  desk      TEXT NOT NULL,
  phone     TEXT NOT NULL
) {{strict}};
CREATE INDEX unit_outline_source ON unit_outline (source_id);

-- Hamlets (thôn, buôn, tổ dân phố) of a commune-level unit. valid_from '' = before this data begins; valid_until is the
-- first day after, '9999-12-31' = still there. households and population are NULL where nobody said.
CREATE TABLE hamlet (
  id          {{int}} NOT NULL PRIMARY KEY,
  unit_id     {{int}} NOT NULL REFERENCES unit (id),
  name        TEXT NOT NULL,
  name_fold   TEXT NOT NULL,
  name_sort   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  households  {{int}},
  population  {{int}},
  valid_from  TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  CHECK (valid_from < valid_until),
  UNIQUE (unit_id, name_fold, valid_from)
) {{strict}};
