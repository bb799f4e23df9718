-- +goose Up
CREATE TABLE account (
  id            {{int}} NOT NULL PRIMARY KEY,
  login         TEXT NOT NULL,
  login_key     TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  {{bool active}} NOT NULL,
  created_ms    {{int}} NOT NULL,
  password_ms   {{int}} NOT NULL
) {{strict}};

-- unit 0 is the whole territory; departments is a list "a,b", empty = the criteria of all departments.
CREATE TABLE account_grant (
  account     {{int}} NOT NULL REFERENCES account (id),
  role        TEXT NOT NULL,
  unit        {{int}} NOT NULL,
  departments TEXT NOT NULL,
  PRIMARY KEY (account, role, unit)
) {{strict}};

-- hash is SHA-256 of the secret in the cookie; the secret itself is stored nowhere.
CREATE TABLE account_session (
  hash        TEXT NOT NULL PRIMARY KEY,
  account     {{int}} NOT NULL REFERENCES account (id),
  data        {{blob}} NOT NULL,
  seen_ms     {{int}} NOT NULL,
  expires_ms  {{int}} NOT NULL,
  deadline_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_session_account ON account_session (account);
CREATE INDEX account_session_expires ON account_session (expires_ms);

CREATE TABLE account_token (
  id         {{int}} NOT NULL PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  account    {{int}} NOT NULL REFERENCES account (id),
  name       TEXT NOT NULL,
  scope      TEXT NOT NULL,
  created_ms {{int}} NOT NULL,
  expires_ms {{int}} NOT NULL,
  used_ms    {{int}},
  revoked_ms {{int}}
) {{strict}};
CREATE INDEX account_token_account ON account_token (account);

-- Failed attempts of a network, a login or a known device. The key is a keyed hash: people type passwords into the
-- wrong field, and addresses are personal data.
CREATE TABLE account_throttle (
  item     TEXT NOT NULL PRIMARY KEY,
  failures {{int}} NOT NULL,
  last_ms  {{int}} NOT NULL,
  until_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_throttle_last ON account_throttle (last_ms);

CREATE TABLE account_secret (
  name  TEXT NOT NULL PRIMARY KEY,
  value {{blob}} NOT NULL
) {{strict}};
