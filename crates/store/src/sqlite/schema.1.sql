-- What schema 1 held, and a few rows of it: a person with two commits, one dropped in between, one marked.
PRAGMA application_id = 1448362309;
PRAGMA user_version = 1;
PRAGMA journal_mode = wal;
CREATE TABLE history (
  bucket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  touched BLOB NOT NULL,
  audit BLOB, -- null once erased
  prev_at INTEGER, -- of the commit that made rev - 1
  mark_at INTEGER, -- of the commit that made the last marked rev below rev
  PRIMARY KEY (bucket, at, owner, tenant, kind, rev)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  audience INTEGER NOT NULL,
  searchable INTEGER NOT NULL,
  unverified INTEGER NOT NULL,
  confidence REAL,
  creator_app TEXT,
  creator_user BLOB,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  beyond INTEGER NOT NULL,
  body BLOB NOT NULL,
  postings BLOB, -- the item's rows in posting, to remove them by
  PRIMARY KEY (owner, tenant, kind, collection, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE name (
  tenant BLOB NOT NULL,
  name TEXT NOT NULL,
  owner BLOB NOT NULL,
  bound INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE partition (
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  live INTEGER NOT NULL,
  at INTEGER NOT NULL, -- of the commit that made rev
  mark_at INTEGER, -- of the commit that made the last marked rev
  PRIMARY KEY (owner, tenant, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE posting (
  tenant BLOB NOT NULL,
  path TEXT NOT NULL,
  token BLOB NOT NULL,
  owner BLOB NOT NULL,
  item TEXT NOT NULL,
  collection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY (tenant, path, token, owner, item, collection, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE secret (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO partition VALUES (x'00000000000000000000000000000001', x'00000000000000000000000000000007', 0, 3, 3, 1, 3, NULL);
INSERT INTO item VALUES (x'00000000000000000000000000000001', x'00000000000000000000000000000007', 0, 'skills', 'a', 1, 8, 1, 0, NULL, 'app', NULL, 3, 3, 1, 0, CAST('"id":"a"' AS BLOB), NULL);
INSERT INTO history VALUES
  (1, 1, x'00000000000000000000000000000001', x'00000000000000000000000000000007', 0, 1, 0, x'', NULL, NULL, NULL),
  (1, 2, x'00000000000000000000000000000001', x'00000000000000000000000000000007', 0, 2, 1, x'', CAST('dropped' AS BLOB), 1, NULL),
  (1, 3, x'00000000000000000000000000000001', x'00000000000000000000000000000007', 0, 3, 0, x'0106000000736b696c6c730100000061', CAST('old form' AS BLOB), 2, NULL);
INSERT INTO name VALUES (x'00000000000000000000000000000007', 'ada', x'00000000000000000000000000000001', 1, 3);
INSERT INTO secret VALUES ('paging', zeroblob(32));
