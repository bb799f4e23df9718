-- +goose Up
-- NULL = a password of the person's own choice; else when somebody else set it, and it must be changed.
ALTER TABLE account ADD COLUMN temporary_ms {{int}};

-- NULL in sessions that were opened by an earlier release.
ALTER TABLE account_session ADD COLUMN opened_ms {{int}};
ALTER TABLE account_session ADD COLUMN agent TEXT;

-- A browser in which an account signed in: device is the hash of the id in its signed cookie. Without its row the cookie
-- counts for nothing.
CREATE TABLE account_device (
  account  {{int}} NOT NULL REFERENCES account (id),
  device   TEXT NOT NULL,
  agent    TEXT NOT NULL,
  first_ms {{int}} NOT NULL,
  seen_ms  {{int}} NOT NULL,
  PRIMARY KEY (account, device)
) {{strict}};

-- secret is encrypted; step is the newest time step whose code was used.
CREATE TABLE account_totp (
  account  {{int}} NOT NULL PRIMARY KEY REFERENCES account (id),
  secret   {{blob}} NOT NULL,
  step     {{int}} NOT NULL,
  since_ms {{int}} NOT NULL
) {{strict}};

CREATE TABLE account_recovery (
  account {{int}} NOT NULL REFERENCES account (id),
  hash    TEXT NOT NULL,
  used_ms {{int}},
  PRIMARY KEY (account, hash)
) {{strict}};

-- A passkey belongs to the name that the site had when it was made: rp.
CREATE TABLE account_passkey (
  id       {{int}} NOT NULL PRIMARY KEY,
  account  {{int}} NOT NULL REFERENCES account (id),
  credential TEXT NOT NULL UNIQUE,
  rp       TEXT NOT NULL,
  name     TEXT NOT NULL,
  {{json record}} NOT NULL,
  since_ms {{int}} NOT NULL,
  used_ms  {{int}}
) {{strict}};
CREATE INDEX account_passkey_account ON account_passkey (account);

-- Challenges and forms that count once, until they would have expired anyway.
CREATE TABLE account_spent (
  item       TEXT NOT NULL PRIMARY KEY,
  expires_ms {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_spent_expires ON account_spent (expires_ms);
