-- application_id Integer(1448362309)
-- user_version Integer(3)
-- page_size Integer(8192)
-- journal_mode Text("wal")
-- encoding Text("UTF-8")
CREATE TABLE history (
  bucket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  touched BLOB NOT NULL,
  audit BLOB, -- the values; null once erased
  prev_at INTEGER, -- of the commit that made rev - 1
  mark_at INTEGER, -- of the commit that made the last marked rev below rev
  what BLOB, -- this and what follows is null in rows of schema 1
  salt BLOB, -- null once erased
  digest BLOB,
  link BLOB,
  sum INTEGER
) STRICT;
CREATE UNIQUE INDEX history_place ON history (bucket, at, owner, tenant, kind, rev);
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
  sum INTEGER,
  PRIMARY KEY (owner, tenant, kind, collection, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE name (
  tenant BLOB NOT NULL,
  name TEXT NOT NULL,
  owner BLOB NOT NULL,
  bound INTEGER NOT NULL,
  at INTEGER NOT NULL,
  sum INTEGER,
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
  head BLOB, -- the newest link of the chain; null before the first
  items INTEGER, -- the checksums of its items, added up
  postings INTEGER, -- those of its rows in posting
  sum INTEGER,
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
  value BLOB NOT NULL,
  sum INTEGER
) STRICT, WITHOUT ROWID;
