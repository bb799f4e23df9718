-- +goose Up
-- One row per criteria set and period that has results; it pins the version of the set that judges them. label and note
-- say in words where a whole period comes from, when that is not the usual reporting.
CREATE TABLE book (
  id          {{int}} NOT NULL PRIMARY KEY,
  set_code    TEXT NOT NULL,
  period      TEXT NOT NULL,
  set_version {{int}} NOT NULL,
  created_ms  {{int}} NOT NULL,
  label       TEXT NOT NULL,
  note        TEXT NOT NULL,
  UNIQUE (set_code, period)
) {{strict}};

-- An upload between preview and decision, or afterwards. The digest of its file stays for ever.
CREATE TABLE batch (
  id         {{int}} NOT NULL PRIMARY KEY,
  set_code   TEXT NOT NULL,
  period     TEXT NOT NULL,
  created_ms {{int}} NOT NULL,
  actor      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'written', 'dropped')),
  file_name  TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  bytes      {{int}} NOT NULL,
  report     TEXT NOT NULL,
  closed_ms  {{int}}
) {{strict}};
CREATE INDEX batch_actor ON batch (actor, id);

-- The file of an upload, until it is written or dropped; while refused values can be fetched it stays. Apart from batch,
-- because SQLite reads through a large value to reach the columns behind it.
CREATE TABLE batch_file (
  batch_id {{int}} NOT NULL PRIMARY KEY REFERENCES batch (id),
  body     {{blob}} NOT NULL
) {{strict}};

-- Versions of values. A row is never changed but for superseded_ms, set once. Of one item at most one public and one
-- inside version is current (superseded_ms IS NULL): a commune's draft does not hide the verified figure from the public.
CREATE TABLE value_version (
  book_id       {{int}} NOT NULL REFERENCES book (id),
  unit_id       {{int}} NOT NULL,
  item          TEXT NOT NULL,
  recorded_ms   {{int}} NOT NULL,
  superseded_ms {{int}},
  {{bool public}} NOT NULL,
  state         TEXT NOT NULL,
  num           {{int}},
  den           {{int}},
  scale         {{int}} NOT NULL,
  word          TEXT NOT NULL,
  declared      TEXT NOT NULL,
  batch_id      {{int}},
  actor         TEXT NOT NULL,
  note          TEXT NOT NULL,
  PRIMARY KEY (book_id, unit_id, item, recorded_ms)
) {{strict}};
CREATE UNIQUE INDEX value_current ON value_version (book_id, unit_id, item, public) WHERE superseded_ms IS NULL;
CREATE INDEX value_current_item ON value_version (book_id, item) WHERE superseded_ms IS NULL;

-- Verdicts of one commune: cells has one character per indicator, criteria one per criterion, in the order of the set.
CREATE TABLE standing (
  book_id  {{int}} NOT NULL REFERENCES book (id),
  unit_id  {{int}} NOT NULL,
  view     TEXT NOT NULL CHECK (view IN ('public', 'internal')),
  cells    TEXT NOT NULL,
  criteria TEXT NOT NULL,
  met      {{int}} NOT NULL,
  criteria_met {{int}} NOT NULL,
  changed_ms {{int}} NOT NULL,
  rev      {{int}} NOT NULL,
  PRIMARY KEY (book_id, view, unit_id)
) {{strict}};

-- Communes recognised by decision, as reported, until the recognition module keeps them. Recognised is not the same as meeting.
CREATE TABLE recognised (
  unit_id    {{int}} NOT NULL,
  level      TEXT NOT NULL CHECK (level IN ('ntm', 'nang-cao', 'kieu-mau')),
  as_of      TEXT NOT NULL,
  {{bool illustrative}} NOT NULL,
  source     TEXT NOT NULL,
  PRIMARY KEY (unit_id, level, as_of)
) {{strict}};
