-- +goose Up
-- Addresses that somebody keeps under a name of their own.
CREATE TABLE saved_view (
  id         {{int}} NOT NULL PRIMARY KEY,
  owner      TEXT NOT NULL,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,
  created_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX saved_view_owner ON saved_view (owner, id);

-- A meeting that was held; set_version names the order of the verdicts below.
CREATE TABLE briefing_meeting (
  id          {{int}} NOT NULL PRIMARY KEY,
  set_code    TEXT NOT NULL,
  period      TEXT NOT NULL,
  set_version {{int}} NOT NULL,
  held_on     TEXT NOT NULL,
  note        TEXT NOT NULL,
  author      TEXT NOT NULL,
  recorded_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX briefing_meeting_set ON briefing_meeting (set_code, held_on);

-- The verdicts that counted outside on the day of a meeting, one character per indicator and criterion.
CREATE TABLE briefing_standing (
  meeting_id {{int}} NOT NULL REFERENCES briefing_meeting (id),
  unit_id    {{int}} NOT NULL,
  cells      TEXT NOT NULL,
  criteria   TEXT NOT NULL,
  PRIMARY KEY (meeting_id, unit_id)
) {{strict}};

-- A plan of gaps to close; rev counts its edits and is its version for If-Match.
CREATE TABLE briefing_plan (
  id         {{int}} NOT NULL PRIMARY KEY,
  set_code   TEXT NOT NULL,
  period     TEXT NOT NULL,
  name       TEXT NOT NULL,
  note       TEXT NOT NULL,
  author     TEXT NOT NULL,
  created_ms {{int}} NOT NULL,
  changed_ms {{int}} NOT NULL,
  rev        {{int}} NOT NULL
) {{strict}};

-- item is "8.4" for an indicator and "#8" for a criterion; due a quarter "2027-Q1"; cost_vnd whole đồng.
CREATE TABLE briefing_gap (
  plan_id  {{int}} NOT NULL REFERENCES briefing_plan (id),
  unit_id  {{int}} NOT NULL,
  item     TEXT NOT NULL,
  due      TEXT NOT NULL,
  cost_vnd {{int}} NOT NULL,
  PRIMARY KEY (plan_id, unit_id, item)
) {{strict}};

-- What a visit left to be done. client_id comes from the device that wrote the note: sent twice it is one task.
CREATE TABLE visit_task (
  id         {{int}} NOT NULL PRIMARY KEY,
  unit_id    {{int}} NOT NULL,
  set_code   TEXT NOT NULL,
  item       TEXT NOT NULL,
  body       TEXT NOT NULL,
  author     TEXT NOT NULL,
  client_id  TEXT NOT NULL,
  created_ms {{int}} NOT NULL,
  due        TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'done')),
  closed_ms  {{int}},
  closed_by  TEXT NOT NULL,
  UNIQUE (author, client_id)
) {{strict}};
CREATE INDEX visit_task_unit ON visit_task (unit_id, state);
CREATE INDEX visit_task_state ON visit_task (state, id);
