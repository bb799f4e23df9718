-- +goose Up
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) {{strict}};

CREATE TABLE revision (
  name TEXT NOT NULL PRIMARY KEY,
  rev  {{int}} NOT NULL
) {{strict}};
