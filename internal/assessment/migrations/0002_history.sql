-- +goose Up
-- How often standings of a book changed, counted in shards by unit so that writers of different communes do not wait for
-- one row. What was read at one sum may be kept until the sum moves.
CREATE TABLE book_change (
  book_id {{int}} NOT NULL REFERENCES book (id),
  shard   {{int}} NOT NULL,
  rev     {{int}} NOT NULL,
  PRIMARY KEY (book_id, shard)
) {{strict}};

-- Which version of its set judged a book since when, and why it was moved there.
CREATE TABLE book_version (
  book_id     {{int}} NOT NULL REFERENCES book (id),
  from_ms     {{int}} NOT NULL,
  set_version {{int}} NOT NULL,
  actor       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (book_id, from_ms)
) {{strict}};
INSERT INTO book_version (book_id, from_ms, set_version, actor, reason) SELECT id, created_ms, set_version, '', '' FROM book;

-- What waits for confirmation is little beside what is verified.
CREATE INDEX value_inside ON value_version (book_id) WHERE superseded_ms IS NULL AND NOT public;
CREATE INDEX recognised_level ON recognised (level, as_of);
